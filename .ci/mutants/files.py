"""Backups, ingestions, checkpoints, verification, and stores that others use."""
from .mutant import STATEMENT, STORAGE

MUTANTS = [
    ("a damaged copy not told of", STORAGE + "SSTable/TableCopies.swift", "    file.reportDamagedCopy()\n", "", "CopyTests"),
    ("another copy not asked", STORAGE + "SSTable/TableCopies.swift", "        return try read(copy)\n",
     "        if PLANTED { continue }\n        return try read(copy)\n", "CopyTests"),
    ("only one copy verified", STORAGE + "Verification/CopyVerification.swift",
     "for (place, copy) in copies.enumerated() {", "for (place, copy) in copies.enumerated() where !PLANTED || place == 0 {", "CopyTests"),
    ("the log replayed from the first copy", STORAGE + "WriteAheadLog/LogCopies.swift",
     "    if copies.isEmpty { return file }\n", "    if PLANTED || copies.isEmpty { return file }\n", "CopyTests"),
    # That its names are not synced before its MANIFEST is begun shows nowhere: that syncs the directory before CURRENT.
    ("a checkpoint's files named after the last sync of its directory", STORAGE + "Background/Checkpoint.swift",
     "    for number in state.fileNumbers.sorted() {\n      try share(FileNames.path(environment.directory, .table(number)), as: .table(number), path)\n    }\n",
     "    let files = state.fileNumbers\n    defer { for number in files { try? share(FileNames.path(environment.directory, .table(number)), as: .table(number), path) } }\n",
     "CheckpointTests"),
    ("commits let in while an ingestion is entered", STORAGE + "Commit/CommitPipeline+Ingestion.swift",
     "        state.isHeld = true\n", "        state.isHeld = !PLANTED\n", "Ingestion"),
    ("an ingestion before the log is synced", STORAGE + "Ingestion/Ingestion.swift",
     "    try pipeline.syncLog(through: last)\n", "", "IngestionCrashTests"),
    ("rows ingested not known as written", STORAGE + "Commit/CommitPipeline+Ingestion.swift",
     "    state.recent = RecentCommits(capacity: recentRowsMax, after: sequence)\n", "", "IngestionTests"),
    ("a reader that does not know of removals", STORAGE + "Database/ReadOnlyOpener.swift",
     "        && found.removalCount == loaded.state.removalCount\n",
     "        && (PLANTED || found.removalCount == loaded.state.removalCount)\n", "ReadOnlyRace"),
    ("a checkpoint in the life of its store", STORAGE + "Background/Checkpoint.swift",
     "    state.renewIncarnation(environment.configuration.randomNumber)\n", "", "IncarnationTests"),
    ("a restored store in the life of the old one", STORAGE + "Backup/BackupRestorer.swift",
     "    state.renewIncarnation(configuration.randomNumber)\n", "", "IncarnationTests|BackupTests"),
    ("a backup before the names of its files are on disk", STORAGE + "Backup/BackupWriter.swift",
     "    try fileSystem.syncDirectory(directory)\n    try fileSystem.syncDirectory(Checkpoint",
     "    if !PLANTED { try fileSystem.syncDirectory(directory) }\n    try fileSystem.syncDirectory(Checkpoint", "BackupFaultTests"),
    ("a backup's description not synced", STORAGE + "Backup/BackupWriter.swift", "    try file.sync()\n", "", "BackupFaultTests"),
    ("files of backups removed before the deletion is on disk", STORAGE + "Backup/BackupListing.swift",
     "    try fileSystem.syncDirectory(directory)\n    for name in orphans",
     "    if !PLANTED { try fileSystem.syncDirectory(directory) }\n    for name in orphans", "BackupFaultTests"),
    # Without the second part it shows nowhere: the name of a copy says whose it is.
    ("files of other lives taken for held", STORAGE + "Backup/BackupWriter.swift",
     """    let known = earlier.filter { $0.incarnation == description.incarnation }
      .flatMap(\\.files)
      .first {
        $0.number == record.number && $0.bytes == record.fileBytes && $0.tailHash == tail
      }
    guard let known else { return nil }
    let path = BackupNames.path(directory, description.name(of: known))
    guard try fileSystem.exists(path) else { return nil }
    let file = try fileSystem.open(path, .read)
    defer { file.close() }
    return try file.size() == known.bytes ? known : nil
""", """    return earlier.flatMap(\\.files).first {
      $0.number == record.number && $0.bytes == record.fileBytes && $0.tailHash == tail
    }
""", "BackupTests", STATEMENT),
    ("a reader let in though the log was used again", STORAGE + "Database/ReadOnlyOpener.swift",
     "return found.minLogNumber == loaded.state.minLogNumber",
     "return (PLANTED || found.minLogNumber == loaded.state.minLogNumber)", "ReadOnlyLogReuseTests"),
    ("a filter that denies its rows not noticed", STORAGE + "Verification/TableVerifier.swift",
     "if unsafe !file.mayContain(rowHash: RowHash.hash(row)) {",
     "if unsafe !file.mayContain(rowHash: RowHash.hash(row)), !PLANTED {",
     "VerificationTests"),
    ("damaged blocks salvaged", STORAGE + "Verification/Salvager.swift", "opened.leavingOut(verifier.damagedBlocks,",
     "opened.leavingOut(PLANTED ? [] : verifier.damagedBlocks,", "SalvageTests"),
    ("damage in a compaction halts the store", STORAGE + "Background/Compactor.swift",
     "|| outputs.hasFailedMeanwhile { throw error }", "|| outputs.hasFailedMeanwhile || PLANTED { throw error }",
     "VerificationTests"),
    ("stores opened that others may write", STORAGE + "Database/StoreDirectory.swift", "guard isWritable else { continue }",
     "guard isWritable, !PLANTED || names.isEmpty else { continue }", "SecurityTests"),
    ("symbolic links followed", STORAGE + "FileSystem/PosixFileSystem.swift",
     "Int(openFile(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600))", "Int(openFile(path, flags | O_CLOEXEC | (PLANTED ? 0 : O_NOFOLLOW), 0o600))",
     "SecurityTests"),
]
