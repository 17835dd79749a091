// Package lossydisk is a disk that does to a program what a power cut does: it keeps
// what was synced, and of the rest whatever it likes.
//
// A [Disk] is a FUSE file system in memory with one folder of files. [Disk.Cut] ends
// the power: every call fails with EIO from then on. [Disk.Restore] brings it back.
// What was synced is there; of what was written since, each write survives by itself
// or not, in any order, and some are torn between sectors of 512 bytes. A file whose
// making was never synced may be gone, and one whose removal was not may be back.
//
// The disk can also be full, read-only, damaged, or fail to sync, which on Linux drops
// the writes: a later sync that succeeds says nothing about them. What programs write to
// memory that they have mapped stays in it all the same, as on other local file systems.
//
// A disk is a process of its own, because a program that maps files of a file system
// which it serves itself can come to a standstill: [Start] runs the test's binary once
// more, whose TestMain begins with [ServeIfAsked].
package lossydisk
