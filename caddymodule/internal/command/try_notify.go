package command

import (
	"cmp"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
)

// tryNotifyCommand makes "caddy paybridge try notify".
func tryNotifyCommand() *cobra.Command {
	var request api.TryNotifyRequest
	cmd := &cobra.Command{
		Use:   "notify <merid> <url>",
		Short: "Sends a sample notification to a merchant's program",
		Long: `
Sends one notification to an address, in the form of every notification, signed with
the merchant's key, and with the same checks of the address: it must be public or in
the merchant's allow_callbacks. Prints what was sent, what the merchant's program
answered, and whether that answer would count.

It tells of a payment of 0.01 yuan of an order that does not exist, with a number that
begins with ` + translate.TryPrefix + `. A good program refuses it as unknown, and shows by its words
that it took the signature; one that answers 0000 acknowledges what it does not know.
It is sent once and changes no order. The exit status is 1 when the answer would not
count. That it was tried is recorded with your name and the reason.`,
		Example: `  caddy paybridge try notify 89900001 https://shop.example.com/notify.php`,
	}
	tryWhy(cmd, &request.Why)
	return onlineCommand(cmd, cobra.ExactArgs(2), func(o *online, args []string) error {
		request.MerID, request.URL, request.Why = args[0], args[1], whyTried(cmd, request.Why)
		var tried api.TriedNotification
		if err := o.client.Post(o.Context(), "try/notify", request, &tried); err != nil {
			return err
		}
		if err := o.show(tried, func(w printer) { printTriedNotification(w, tried) }); err != nil {
			return err
		}
		if !tried.Counts {
			return ErrRefused
		}
		return nil
	})
}

func printTriedNotification(w printer, t api.TriedNotification) {
	w.say("Notification: POST to %s\n", t.Host)
	w.raw(pretty(t.Message))
	w.say("  as the form: resp=<that in base64>&sign=***\n\n")
	w.sentence(w.answerText(t.Attempt))
	judged := w.judged(t.Attempt, t.Explained)
	if t.Counts {
		w.say("It counts: %s.\n", judged)
		return
	}
	w.say("It does not count (%s): %s. For a real payment the bridge would call again.\n", t.Attempt.Class, judged)
	w.say("Only status 2xx with 0000 alone, or on the last line, counts.\n")
}

// judged says what a call came to: in English as the API explains it, in Chinese in
// the words of the console.
func (p printer) judged(a api.Attempt, explained string) string {
	if p.lang == bilingual.En {
		return explained
	}
	return p.word("class", a.Class)
}

// answerText says what a merchant's program answered to a call.
func (p printer) answerText(a api.Attempt) string {
	if a.Status == 0 {
		return p.text(say("No answer: %s", cmp.Or(a.Cause, p.word("class", a.Class))))
	}
	return p.text(say("Answer: HTTP %d after %d ms: %q", a.Status, a.TookMS, a.Excerpt))
}
