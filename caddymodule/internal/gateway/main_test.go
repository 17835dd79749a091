package gateway

import (
	"testing"

	_ "github.com/caddyserver/caddy/v2/modules/caddyevents" // which reverse_proxy asks for

	"github.com/paybridge/paybridge/tests/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }
