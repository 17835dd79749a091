// Package pgtest gives tests a real PostgreSQL.
//
// [Database] returns an empty database on a server that all tests of one test
// binary share; [Start] starts a server of the test's own, to be stopped and
// killed at will. Both run from a temporary folder, on loopback, as an
// unprivileged user (PostgreSQL refuses root), from the programs found in PATH or
// where the packages of Debian, Red Hat and PostgreSQL itself put them.
//
// Two environment variables say otherwise:
//
//   - PAYBRIDGE_TEST_DSN names an existing server for Database to use; its user
//     must be allowed to create databases.
//   - PAYBRIDGE_REQUIRE_POSTGRES, when not empty, makes tests fail rather than be
//     skipped where there is no PostgreSQL.
//
// A test binary that uses Database calls [Stop] before it exits.
package pgtest
