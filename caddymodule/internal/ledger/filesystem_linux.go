package ledger

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// unfitFileSystems are no place for a ledger, by the number that Linux has for their kind:
// those of other machines and of programs that are used most. A container under gVisor
// says 9P of every folder.
//
// SQLite keeps the index of its log in memory that is mapped from a file. These file
// systems may drop such memory and read the file anew, after a write that failed or when
// another machine has been at it. An index that has gone back in time has the next commit
// written over one that was acknowledged.
var unfitFileSystems = map[uint32]string{
	unix.NFS_SUPER_MAGIC:  "NFS",
	unix.SMB_SUPER_MAGIC:  "SMB",
	unix.SMB2_SUPER_MAGIC: "SMB",
	unix.CIFS_SUPER_MAGIC: "SMB",
	unix.V9FS_MAGIC:       "9P",
	unix.FUSE_SUPER_MAGIC: "FUSE",
	unix.CEPH_SUPER_MAGIC: "CephFS",
	unix.AFS_SUPER_MAGIC:  "AFS",
	unix.AFS_FS_MAGIC:     "AFS",
	unix.CODA_SUPER_MAGIC: "Coda",
}

// unfitFileSystem names the file system of a ledger's file, or of its folder, where that is
// no place for a ledger.
func unfitFileSystem(path string) (name string, unfit bool) {
	for _, place := range []string{filepath.Dir(path), path} { // what is mapped is in the folder
		var is unix.Statfs_t
		if err := unix.Statfs(place, &is); err != nil {
			continue // what cannot be told is not warned of
		}
		if name, unfit := unfitFileSystems[uint32(is.Type)]; unfit { //nolint:gosec // a number of 32 bits, whatever the type is here
			return name, true
		}
	}
	return "", false
}
