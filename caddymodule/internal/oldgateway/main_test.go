package oldgateway

import (
	"testing"

	"go.uber.org/goleak"

	_ "github.com/caddyserver/caddy/v2/modules/caddyevents" // which reverse_proxy asks for
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp"   // and another handler
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
