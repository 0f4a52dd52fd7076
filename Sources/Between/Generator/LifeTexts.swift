// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What couples write, in several scripts: also those that read from right to left, that join letters, and that are beyond 16 bits.
enum LifeTexts {
  private static let languages: [[String]] = [
    [
      "good morning", "did you sleep well?", "see you tonight", "train is late again", "love you",
      "dinner at eight",
    ],
    ["잘 잤어?", "보고 싶어", "오늘 저녁 뭐 먹을까", "지금 가는 중이야", "사랑해", "기념일 축하해 🎂"],
    ["おはよう", "もうすぐ着くよ", "大好き", "今日は寒いね", "ありがとう"],
    ["早上好", "我想你了", "晚上吃什么?", "快到了", "爱你"],
    ["صباح الخير", "أحبك", "متى تصل؟", "اشتقت إليك"],
    ["בוקר טוב", "אוהב אותך", "מתי תגיע?"],
    ["सुप्रभात", "तुम कहाँ हो?", "मैं तुमसे प्यार करता हूँ"],
    ["สวัสดีตอนเช้า", "คิดถึงนะ", "รักเธอ"],
    ["доброе утро", "скучаю по тебе", "скоро буду", "люблю"],
    ["Guten Morgen", "bin gleich da", "schöne Grüße", "ich liebe dich"],
    ["e\u{301}te\u{301}", "été", "naïve", "à tout à l'heure"],
    ["❤️", "👩‍❤️‍👨", "😂😂😂", "👍🏽", "🇰🇷", "𝓛𝓸𝓿𝓮"],
  ]

  private static let stickers = ["bear/hug", "bear/sleep", "cat/heart", "rabbit/party", "토끼/안녕"]

  /// One to twelve phrases of one language.
  static func text(using random: inout SplitMix64) -> String {
    let phrases = languages[Int.random(in: 0..<languages.count, using: &random)]
    // Mostly short: the lesser of two.
    let count = min(
      Int.random(in: 1...12, using: &random), Int.random(in: 1...12, using: &random))
    return (0..<count).map { _ in phrases[Int.random(in: 0..<phrases.count, using: &random)] }
      .joined(separator: " ")
  }

  static func sticker(using random: inout SplitMix64) -> String {
    stickers[Int.random(in: 0..<stickers.count, using: &random)]
  }

  /// A name, of one phrase.
  static func name(using random: inout SplitMix64) -> String {
    let phrases = languages[Int.random(in: 0..<languages.count, using: &random)]
    return phrases[Int.random(in: 0..<phrases.count, using: &random)]
  }
}
