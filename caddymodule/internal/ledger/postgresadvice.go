package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// advice says, for errors of the server that waiting does not heal, what an
// operator can do. Keys are SQLSTATE codes.
var advice = map[string]string{
	"28P01": "user or password is wrong: check the DSN",
	"28000": "the server does not let this user in: check the DSN and pg_hba.conf",
	"3D000": "there is no such database: create it or check the DSN",
	"42501": "the user lacks rights: let it create tables in the schema",
	"42P07": "the database holds tables of another program: give the ledger a database of its own",
}

// permanent is an error that waiting does not heal.
type permanent struct {
	advice string
	cause  error
}

func (e *permanent) Error() string { return fmt.Sprintf("%s: %v", e.advice, e.cause) }
func (e *permanent) Unwrap() error { return e.cause }

// advise adds the advice there is for err.
func advise(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && advice[e.Code] != "" {
		return &permanent{advice[e.Code], err}
	}
	return err
}

func isPermanent(err error) bool {
	var p *permanent
	return errors.As(err, &p) || errors.Is(err, ErrNewerSchema)
}

// risks lists how the server, as it is set up, could lose a commit that it has
// acknowledged. YugabyteDB replicates before it acknowledges and has no such
// settings.
func risks(version, fsync, standbys, commit string) []bilingual.Said {
	if strings.Contains(version, "-YB-") {
		return nil
	}
	var found []bilingual.Said
	if fsync == "off" {
		found = append(found, bilingual.Say("PostgreSQL runs with fsync = off: a power failure loses payments"))
	}
	if slices.Contains([]string{"off", "local", "remote_write"}, commit) {
		found = append(found, bilingual.Say("PostgreSQL has synchronous_commit = %s: the bridge switches it on for itself", commit))
	}
	if standbys == "" {
		found = append(found, bilingual.Say("PostgreSQL has no synchronous standby: a failover can lose acknowledged payments"))
	}
	return found
}
