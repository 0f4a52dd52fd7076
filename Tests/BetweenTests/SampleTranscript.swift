// SPDX-License-Identifier: Apache-2.0

import Between
import Testing

/// A transcript as an app writes it somewhere in the world, and what is in it.
struct SampleTranscript: Sendable, CustomTestStringConvertible {
  let title: String
  let format: TranscriptFormat
  let text: String
  let messages: [TranscriptMessage]

  var testDescription: String { title }

  /// A message of the end of 2023.
  private static func said(
    _ name: String, _ text: String, _ hour: Int, _ minute: Int, _ second: Int = 0, day: Int = 31
  ) -> TranscriptMessage {
    guard let date = CivilDate(year: 2023, month: 12, day: day),
      let moment = LocalMoment(date, hour: hour, minute: minute, second: second)
    else { preconditionFailure("no such moment") }
    return TranscriptMessage(moment: moment, name: name, text: text)
  }

  static let all = whatsApp + kakaoTalk

  private static let whatsApp = [
    SampleTranscript(
      title: "WhatsApp, Android, United States", format: .whatsAppAndroid,
      text: """
        12/31/23, 9:04\u{202F}PM - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
        12/31/23, 9:05\u{202F}PM - Minji: Happy new year! 🎉
        12/31/23, 9:06\u{202F}PM - Jisoo: <Media omitted>
        12/31/23, 12:07\u{202F}AM - Minji: two
        lines: really
        12/31/23, 12:08\u{202F}PM - Jisoo: Noon
        """,
      messages: [
        said("Minji", "Happy new year! 🎉", 21, 5), said("Jisoo", "<Media omitted>", 21, 6),
        said("Minji", "two\nlines: really", 0, 7), said("Jisoo", "Noon", 12, 8),
      ]),
    SampleTranscript(
      title: "WhatsApp, Android, Germany", format: .whatsAppAndroid,
      text: """
        31.12.23, 21:04 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.
        31.12.23, 21:05 - Jürgen: Guten Rutsch, Süße! ❤️
        31.12.23, 21:06 - Müller Anna: <Medien ausgeschlossen>
        """,
      messages: [
        said("Jürgen", "Guten Rutsch, Süße! ❤️", 21, 5),
        said("Müller Anna", "<Medien ausgeschlossen>", 21, 6),
      ]),
    SampleTranscript(
      title: "WhatsApp, iOS, Germany", format: .whatsAppIOS,
      text: """
        \u{FEFF}[31.12.23, 21:05:03] Jürgen: \u{200E}Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.
        \u{200E}[31.12.23, 21:05:09] Anna: \u{200E}Bild weggelassen
        [31.12.23, 21:05:10] Anna: Schön
        \u{200E}[31.12.23, 21:06:11] Jürgen hat die Gruppe erstellt
        """,
      messages: [
        said(
          "Jürgen", "\u{200E}Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.", 21, 5, 3),
        said("Anna", "\u{200E}Bild weggelassen", 21, 5, 9), said("Anna", "Schön", 21, 5, 10),
      ]),
    SampleTranscript(
      title: "WhatsApp, iOS, United States, carriage returns", format: .whatsAppIOS,
      text:
        "[12/31/23, 9:05:03\u{202F}PM] Minji: one\r\ntwo\r\n[12/31/23, 9:05:04\u{202F}PM] Jisoo: \r",
      messages: [said("Minji", "one\ntwo", 21, 5, 3), said("Jisoo", "", 21, 5, 4)]),
    SampleTranscript(
      title: "WhatsApp, Android, Korea", format: .whatsAppAndroid,
      text: """
        2023. 12. 31. 오후 9:05 - 민지: 새해 복 많이 받아 🙏🏽
        2023. 12. 31. 오전 12:05 - 지수: 응
        """,
      messages: [said("민지", "새해 복 많이 받아 🙏🏽", 21, 5), said("지수", "응", 0, 5)]),
    SampleTranscript(
      title: "WhatsApp, iOS, Japan", format: .whatsAppIOS,
      text: """
        [2023/12/31 21:05:03] さくら: あけましておめでとう
        か\u{3099}んは\u{3099}って
        [2023/12/31 21:05:04] 健: 👨‍👩‍👧
        """,
      messages: [
        said("さくら", "あけましておめでとう\nか\u{3099}んは\u{3099}って", 21, 5, 3),
        said("健", "👨‍👩‍👧", 21, 5, 4),
      ]),
    SampleTranscript(
      title: "WhatsApp, Android, Egypt", format: .whatsAppAndroid,
      text: """
        \u{200F}٣١\u{200F}/١٢\u{200F}/٢٠٢٣، ٩:٠٥ م - ليلى: كل عام وأنت بخير ❤️
        \u{200F}٣١\u{200F}/١٢\u{200F}/٢٠٢٣، ٩:٠٦ ص - عمر: <تم استبعاد الوسائط>
        """,
      messages: [
        said("ليلى", "كل عام وأنت بخير ❤️", 21, 5), said("عمر", "<تم استبعاد الوسائط>", 9, 6),
      ]),
    SampleTranscript(
      title: "WhatsApp, Android, India", format: .whatsAppAndroid,
      text: """
        31/12/23, 9:05 pm - आशा: नया साल मुबारक! क्षत्रिय
        31/12/2023, 21:06 - \u{202A}+91 98765 43210\u{202C}: ज़रूर 😊
        """,
      messages: [
        said("आशा", "नया साल मुबारक! क्षत्रिय", 21, 5), said("+91 98765 43210", "ज़रूर 😊", 21, 6),
      ]),
    SampleTranscript(
      title: "WhatsApp, iOS, Finland and Spain", format: .whatsAppIOS,
      text: """
        [31.12.2023 klo 21.05.03] Aino: Hyvää uutta vuotta
        [31/12/23, 9:05:04 p.\u{A0}m.] José: ¡Feliz año!
        """,
      messages: [
        said("Aino", "Hyvää uutta vuotta", 21, 5, 3), said("José", "¡Feliz año!", 21, 5, 4),
      ]),
    SampleTranscript(
      title: "WhatsApp, Android, Brazil and the Netherlands", format: .whatsAppAndroid,
      text: """
        31/12/2023 21:05 - João: Feliz ano novo
        31-12-2023 21:06 - Sanne: Gelukkig nieuwjaar
        """,
      messages: [
        said("João", "Feliz ano novo", 21, 5), said("Sanne", "Gelukkig nieuwjaar", 21, 6),
      ]),
  ]

  private static let kakaoTalk = [
    SampleTranscript(
      title: "KakaoTalk, Android", format: .kakaoTalkMobile,
      text: """
        지수 님과 카카오톡 대화
        저장한 날짜 : 2023년 12월 31일 오후 10:10


        2023년 12월 30일 오후 9:05
        2023년 12월 30일 오후 9:05, 민지 : 안녕 : 지수야
        2023년 12월 30일 오후 9:06, 지수 : 두
        줄

        2023년 12월 31일 오전 12:01
        2023년 12월 31일 오전 12:01, 민지 : 사진
        2023년 12월 31일 오후 12:02, 지수님이 나갔습니다.
        """,
      messages: [
        said("민지", "안녕 : 지수야", 21, 5, day: 30), said("지수", "두\n줄", 21, 6, day: 30),
        said("민지", "사진", 0, 1),
      ]),
    SampleTranscript(
      title: "KakaoTalk, iOS", format: .kakaoTalkMobile,
      text: """
        지수 님과 카카오톡 대화
        저장한 날짜 : 2023. 12. 31. 22:10

        2023년 12월 31일 일요일
        2023. 12. 31. 21:05, 민지 : ㅋㅋㅋ 😂
        2023. 12. 31. 오후 9:06, 지수 : 응
        """,
      messages: [said("민지", "ㅋㅋㅋ 😂", 21, 5), said("지수", "응", 21, 6)]),
    SampleTranscript(
      title: "KakaoTalk, English", format: .kakaoTalkMobile,
      text: """
        KakaoTalk Chats with Jisoo
        Date Saved : December 31, 2023, 10:10 PM

        December 31, 2023, 9:05 PM
        December 31, 2023, 9:05 PM, Minji : hello
        December 31, 2023, 9:06 PM, Jisoo : hi
        """,
      messages: [said("Minji", "hello", 21, 5), said("Jisoo", "hi", 21, 6)]),
    SampleTranscript(
      title: "KakaoTalk, computers", format: .kakaoTalkPC,
      text: """
        지수 님과 카카오톡 대화
        저장한 날짜 : 2023-12-31 22:10:05

        --------------- 2023년 12월 30일 토요일 ---------------
        [민지] [오후 9:05] 안녕 [웃음]
        [지수] [오후 9:06] 두

        줄
        --------------- 2023년 12월 31일 일요일 ---------------
        [지수 ❤️] [오전 12:01] 이모티콘
        """,
      messages: [
        said("민지", "안녕 [웃음]", 21, 5, day: 30), said("지수", "두\n\n줄", 21, 6, day: 30),
        said("지수 ❤️", "이모티콘", 0, 1),
      ]),
    SampleTranscript(
      title: "KakaoTalk, computers, English", format: .kakaoTalkPC,
      text: """
        --------------- Sunday, December 31, 2023 ---------------
        [Minji] [9:05 PM] hello
        """,
      messages: [said("Minji", "hello", 21, 5)]),
  ]
}
