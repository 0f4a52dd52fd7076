// SPDX-License-Identifier: Apache-2.0

import Panjeon

struct Trip: Record {
  static let objectType = ObjectType<Trip>(2, "trip", table: "trip")

  var city: String

  enum CodingKeys: Int, CodingKey { case city = 1 }
}

extension ObjectType<Trip> { static var trip: Self { Trip.objectType } }

struct Stop: Record {
  static let objectType = ObjectType<Stop>(3, "stop")

  var place: String
  var hour: Int
  var note: String?

  enum CodingKeys: Int, CodingKey { case place = 1, hour = 2, note = 3 }
}

extension ObjectType<Stop> { static var stop: Self { Stop.objectType } }

extension Stop {
  static let byHour = Index(10, "stop_by_hour", on: \Stop.hour)
  static var indexes: [IndexDefinition<Stop>] { [byHour.definition] }
}

func planTrip(at path: String) async throws -> [String] {
  var lines: [String] = []
  try await withDatabase(at: path) { database in
    let schema = DatastoreSchema {
      Root(.trip) { Children(.stop) }
    }
    let datastore = try await database.openDatastore(schema)

    let trip = Key(.trip, RandomID())
    let sea = try await datastore.withTransaction { transaction in
      try await transaction.put(Trip(city: "부산"), at: trip)
      let sea = try await transaction.insert(Stop(place: "해운대", hour: 11), .stop, under: trip)
      try await transaction.insert(Stop(place: "광안리", hour: 9), .stop, under: trip)
      return sea
    }

    try await datastore.withSnapshot { snapshot in
      let city = try await snapshot.get(trip)?.city ?? "?"
      lines.append("\(try await snapshot.count(.stop, of: trip)) stops in \(city)")
      let morning = try await snapshot.find(Stop.byHour, of: trip, in: .before(12), limit: 10)
      lines.append(
        morning.entries.map { "\($0.record.place) at \($0.record.hour)" }
          .joined(separator: ", "))
    }

    try await datastore.withTransaction { transaction in
      guard var stop = try await transaction.get(sea) else { return }
      stop.hour = 15
      try await transaction.put(stop, at: sea)
    }
    if let stop = try await datastore.get(sea) {
      lines.append("moved: \(stop.place) at \(stop.hour)")
    }

    var places: [String] = []
    for try await entry in datastore.find(Stop.byHour, of: trip, order: .descending) {
      places.append(entry.record.place)
    }
    lines.append("latest first: " + places.joined(separator: ", "))
  }
  return lines
}
