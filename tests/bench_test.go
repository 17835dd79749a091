package tests

import (
	"bytes"
	"crypto"
	"crypto/cipher"
	"crypto/des"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"

	"github.com/paybridge/paybridge/tests/sandbox"
)

// BenchmarkPayment measures what one payment costs the bridge: the CPU time of
// its whole process at a steady load (HTTP both ways, crypto, one ledger commit
// before the call and one after it), beside the sum of the bare crypto
// operations that a payment needs, measured in the same run. The ratio is what
// is printed; the machines are too noisy for more.
func BenchmarkPayment(b *testing.B) {
	for suite := range shops {
		b.Run(suite, func(b *testing.B) {
			bare := bareCrypto(b, suite)
			w := startWorld(b, settings{GatewayTimeout: 10 * time.Second, ReplyTimeout: 14 * time.Second})
			before := cpuTime(b, w.bridge.cmd.Process.Pid)
			b.ResetTimer()
			w.payMany(b, suite, b.N)
			b.StopTimer()
			perPayment := float64(cpuTime(b, w.bridge.cmd.Process.Pid)-before) / float64(b.N)
			b.ReportMetric(perPayment/1000, "cpu-µs/payment")
			b.ReportMetric(float64(bare)/1000, "crypto-µs/payment")
			b.ReportMetric(perPayment/float64(bare), "cpu/crypto")
		})
	}
}

// payMany submits so many WxSao orders, some at a time.
func (w *world) payMany(b *testing.B, suite string, n int) {
	const merchants = 16
	var left atomic.Int64
	left.Store(int64(n))
	var workers sync.WaitGroup
	for range merchants {
		workers.Go(func() {
			client := w.client(suite)
			for left.Add(-1) >= 0 {
				reply, err := client.Pay(b.Context(), w.payment(suite, "WxSao", 100))
				if err != nil || reply.RespCode != "00" {
					b.Errorf("%+v, %v", reply, err)
					return
				}
			}
		})
	}
	workers.Wait()
}

// cpuTime is the user and system time of a process (proc(5), fields 14 and 15).
func cpuTime(tb testing.TB, pid int) time.Duration {
	tb.Helper()
	const ticksPerSecond = 100 // USER_HZ on every Linux that Go runs on
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		tb.Skip("no /proc here")
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	var ticks int64
	for _, i := range []int{11, 12} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond
}

// bareCrypto is how long the crypto operations of one payment take: sealing the
// request and opening the answer, on messages of the usual size.
func bareCrypto(b *testing.B, suite string) time.Duration {
	b.Helper()
	operations := map[string]func(*testing.B) func(){"intl": bareIntl, "gm": bareGM}[suite](b)
	const rounds = 200
	return threadCPU(b, func() {
		for range rounds {
			operations()
		}
	}) / rounds
}

// threadCPU is the CPU time that something takes that starts no goroutine: on a busy
// machine, much less than passes meanwhile.
func threadCPU(tb testing.TB, do func()) time.Duration {
	tb.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	spent := func() time.Duration {
		const thread = 1 // RUSAGE_THREAD of getrusage(2)
		var usage syscall.Rusage
		if err := syscall.Getrusage(thread, &usage); err != nil {
			tb.Fatal(err)
		}
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	before := spent()
	do()
	return spent() - before
}

// messageSize is about that of an OP1001 request or answer.
const messageSize = 704

func bareIntl(b *testing.B) func() {
	private := benchKey(b, "merchant_private.pem").(*rsa.PrivateKey)
	message, key := make([]byte, messageSize), make([]byte, des.BlockSize)
	return func() {
		digest := sha1.Sum(message)
		signature := must(rsa.SignPKCS1v15(nil, private, crypto.SHA1, digest[:]))
		wrapped := must(rsa.EncryptPKCS1v15(rand.Reader, &private.PublicKey, key))
		must(rsa.DecryptPKCS1v15(nil, private, wrapped))
		if err := rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA1, digest[:], signature); err != nil {
			b.Fatal(err)
		}
		block := must(des.NewCipher(key))
		cipher.NewCBCEncrypter(block, key).CryptBlocks(message, message)
		cipher.NewCBCDecrypter(block, key).CryptBlocks(message, message)
	}
}

func bareGM(b *testing.B) func() {
	private := benchKey(b, "merchant_sm2_private.pem").(*sm2.PrivateKey)
	message, key := make([]byte, messageSize), make([]byte, sm4.BlockSize)
	options := sm2.NewPlainEncrypterOpts(sm2.MarshalUncompressed, sm2.C1C3C2)
	return func() {
		signature := must(private.Sign(rand.Reader, message, sm2.DefaultSM2SignerOpts))
		wrapped := must(sm2.Encrypt(rand.Reader, &private.PublicKey, key, options))
		must(private.Decrypt(nil, wrapped, nil))
		if !sm2.VerifyASN1WithSM2(&private.PublicKey, nil, message, signature) {
			b.Fatal("signature")
		}
		block := must(sm4.NewCipher(key))
		cipher.NewCBCEncrypter(block, key).CryptBlocks(message, message)
		cipher.NewCBCDecrypter(block, key).CryptBlocks(message, message)
	}
}

func benchKey(b *testing.B, name string) crypto.Signer {
	b.Helper()
	key, err := sandbox.ParsePrivateKey(readKey(b, name))
	if err != nil {
		b.Fatal(err)
	}
	return key.(crypto.Signer)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// BenchmarkStart measures how long a bridge takes to answer on a ledger with
// many orders, a tenth of them open, with as many notifications waiting for
// a merchant that is gone, and what memory it takes then. The number of orders
// comes from PAYBRIDGE_BENCH_ORDERS.
func BenchmarkStart(b *testing.B) {
	orders := 50_000
	if text := os.Getenv("PAYBRIDGE_BENCH_ORDERS"); text != "" {
		orders = must(strconv.Atoi(text))
	}
	w := startWorld(b, settings{})
	w.bridge.stop() // has made the ledger
	path := strings.TrimPrefix(w.settings.Ledger, "sqlite ")
	fillLedger(b, path, orders)
	for b.Loop() {
		w.bridge.startAnyhow()
		b.StopTimer()
		pause(b.Context(), 3*time.Second) // the dispatcher and the reconciler are at work
		b.ReportMetric(residentMiB(b, w.bridge.cmd.Process.Pid), "MiB")
		w.bridge.kill()
		b.StartTimer()
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/float64(orders), "bytes/order")
	b.ReportMetric(float64(orders), "orders")
}

// fillLedger writes orders from outside: of ten, eight are paid and announced,
// one is paid and its notification waits for a host that is gone, one is open.
func fillLedger(b *testing.B, path string, orders int) {
	b.Helper()
	db := must(sql.Open("sqlite", path))
	defer db.Close()
	tx := must(db.Begin())
	now := time.Now().UnixMilli()
	order := must(tx.PrepareContext(b.Context(), `INSERT INTO orders (order_id, mer_id, query_id, order_no, flow_no, gateway_merchant, fingerprint,
		action, amount, back_url, front_url, open_id, client_ip, state, form_action, gateway_no, words, refund_no,
		created_at, sent_at, settled_at, paid_at, expires_at, next, tries, claim)
		VALUES (?, '89900001', ?, ?, 'flow', '473053110001', ?, 'WxSao', 100, 'http://127.0.0.1:9/notify', '', '', '127.0.0.1',
		?, 'weixin://wxpay/bizpayurl?pr=abcdefghi', 'OP', '', '', ?, ?, 0, 0, ?, ?, 0, 1)`))
	defer order.Close()
	notification := must(tx.PrepareContext(b.Context(), `INSERT INTO notifications (order_id, mer_id, host, state, attempts, created_at, due, ready, claim)
		VALUES (?, '89900001', '127.0.0.1:9', ?, 0, ?, ?, ?, 0)`))
	defer notification.Close()
	fingerprint := strings.Repeat("0", 64)
	for i := range orders {
		id, number := fmt.Sprintf("T%019d", i), fmt.Sprintf("%025d", i)
		state, next, waits := "paid", int64(0), "delivered"
		switch i % 10 {
		case 0:
			state, next = "pending", now+time.Hour.Milliseconds()
		case 1:
			waits = "waiting"
		}
		must(order.Exec(id, "H"+number, number, fingerprint, state, now, now, now+2*time.Hour.Milliseconds(), next))
		if state == "paid" {
			must(notification.Exec(id, waits, now, now, now))
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// residentMiB is the resident memory of a process.
func residentMiB(tb testing.TB, pid int) float64 {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Skip("no /proc here")
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				tb.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	tb.Fatal("no VmRSS")
	return 0
}
