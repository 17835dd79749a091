// Package ledgerless is a bridge without a ledger and without Caddy, for comparison in
// benchmarks: it takes a v1 payment, translates, seals, sends, opens and answers, and
// remembers nothing. Nobody may use it for money.
//
// It is a child of the test binary, so that its CPU time is its own: [Start] starts it,
// and the child's TestMain calls [ServeIfAsked].
package ledgerless

import (
	"bufio"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Config is the one merchant that it serves.
type Config struct {
	Gateway                string // address
	MerID, Key             string
	GatewayMerchant        string
	PrivateKey, GatewayKey string // files
	SM, FastRSA            bool
	PublicURL, Subject     string
}

const childVariable = "PAYBRIDGE_TESTS_LEDGERLESS"

// Start starts it and returns its process and its address. The caller ends it by its
// standard input, see [exec.Cmd].
func Start(c Config) (cmd *exec.Cmd, address string, end func() error, err error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, "", nil, err
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", nil, fmt.Errorf("starting the program: %w", err)
	}
	end = func() error { in.Close(); return cmd.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, "", nil, fmt.Errorf("the program says no address: %w", err)
	}
	return cmd, "http://" + strings.TrimSpace(line), end, nil
}

// ServeIfAsked makes the process the program where [Start] has started it, and does not
// return then. It ends with its standard input.
func ServeIfAsked() {
	asked, ok := os.LookupEnv(childVariable)
	if !ok {
		return
	}
	if err := serve(asked); err != nil {
		fmt.Fprintln(os.Stderr, "ledgerless:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(asked string) error {
	p := new(program)
	if err := json.Unmarshal([]byte(asked), &p.Config); err != nil {
		return err
	}
	if err := p.readKeys(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute}
	go func() { _ = http.Serve(listener, p) }()
	fmt.Println(listener.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

type program struct {
	Config
	key    v1.Key
	codec  *v2.Codec
	client *http.Client
	number atomic.Uint64
}

func (p *program) readKeys() error {
	private, err := os.ReadFile(p.PrivateKey)
	if err != nil {
		return err
	}
	public, err := os.ReadFile(p.GatewayKey)
	if err != nil {
		return err
	}
	own, err := v2.ParsePrivateKey(private, "")
	if err != nil {
		return err
	}
	peer, err := v2.ParsePublicKey(public)
	if err != nil {
		return err
	}
	signer := own
	var opts []v2.Option
	if key, is := own.(*rsa.PrivateKey); is && p.FastRSA {
		if signer, err = fastrsa.New(key, nil); err != nil {
			return err
		}
		opts = append(opts, v2.WithRSAPower(fastPower))
	}
	suite := v2.Intl
	if p.SM {
		suite = v2.GM
		opts = append(opts, v2.WithFastSM2())
	}
	p.key = v1.NewKey(p.Key)
	p.codec, err = v2.NewCodec(suite, signer, peer, opts...)
	return err
}

func fastPower(peer *rsa.PublicKey) v2.RSAPower {
	fast, err := fastrsa.NewPublic(peer)
	if err != nil {
		return nil
	}
	return fast.Raise
}

// ServeHTTP pays.
func (p *program) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply, err := p.pay(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	_, _ = w.Write(v1.SealReply(reply.JSON(), p.key))
}

func (p *program) pay(r *http.Request) (reply v1.PayReply, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return reply, err
	}
	opened, err := v1.Open(v1.ParseForm(string(body)).Form(), func(string) []v1.Key { return []v1.Key{p.key} })
	if err != nil {
		return reply, err
	}
	request, err := v1.ParsePay(opened.JSON)
	if err != nil {
		return reply, err
	}
	rule, err := translate.RuleFor(request)
	if err != nil {
		return reply, err
	}
	now, n := time.Now(), p.number.Add(1)
	queryID := translate.NewQueryID(1, now, n)
	call := translate.PayCall{
		TranCode: v2.TranPay, GatewayMerchant: p.GatewayMerchant, OrderNo: translate.NewOrderNo("", queryID),
		FlowNo: translate.NewFlowNo(p.GatewayMerchant, 1, now, n), NotifyURL: p.PublicURL + "/onepay/notify", Subject: p.Subject,
		ClientIP: "203.0.113.9", Now: now, Expires: now.Add(2 * time.Hour),
	}
	answer, err := p.call(translate.BuildPayRequest(request, rule, call))
	if err != nil {
		return reply, err
	}
	report, err := rule.JudgePay(answer.PayReply(), translate.Expected{
		GatewayMerchant: p.GatewayMerchant, TranCode: v2.TranPay, OrderNo: call.OrderNo, FlowNo: call.FlowNo, Amount: request.TxnAmt,
	})
	if err != nil {
		return reply, err
	}
	return translate.BuildPayReply(translate.Order{
		MerID: request.MerID, OrderID: request.OrderID, QueryID: queryID, Action: request.Action, Amount: request.TxnAmt,
		State: report.State, FormAction: report.FormAction, GatewayMessage: report.GatewayMessage,
	}), nil
}

// call has the gateway answer a message.
func (p *program) call(head v2.Head, body v2.PayRequest) (answer v2.Message, err error) {
	plain, err := body.Marshal(head)
	if err != nil {
		return answer, err
	}
	sealed, err := p.codec.Seal(p.GatewayMerchant, body.OrderID, plain)
	if err != nil {
		return answer, err
	}
	response, err := p.client.Post(p.Gateway, "application/x-www-form-urlencoded", strings.NewReader(sealed.Encode()))
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return answer, err
	}
	envelope, err := v2.ParseEnvelope(raw)
	if err != nil {
		return answer, err
	}
	if plain, err = p.codec.Open(envelope); err != nil {
		return answer, err
	}
	return v2.ParseMessage(plain)
}
