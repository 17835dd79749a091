package oldgateway

import (
	"testing"

	_ "github.com/caddyserver/caddy/v2/modules/caddyevents" // which reverse_proxy asks for
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp"   // and another handler

	"github.com/paybridge/paybridge/tests/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }
