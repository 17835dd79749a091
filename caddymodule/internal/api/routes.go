package api

import (
	"strings"

	"github.com/paybridge/paybridge/translate"
)

// routes is everything the API does. The OpenAPI document is made from it.
var routes []route

func init() { // the table refers to functions that refer to the table
	routes = []route{
		get(Prefix+"orders", "listOrders", "Lists orders",
			"Newest first, page by page.", listOrders),
		get(Prefix+"order", "showOrder", "Tells the story of one order",
			"The request, every call to the gateway and its answer, every change of state, every notification attempt, and what people did.", showOrder),
		get(Prefix+"search", "searchOrders", "Finds orders by a number",
			"Among all merchants. At most 50; more says that there are others.", searchOrders),
		get(Prefix+"turnover", "listTurnover", "Lists what moved money",
			"Orders by the time they were paid, or by the time their refund was known to be done; newest first, page by page.", listTurnover),
		get(Prefix+"turnover/orders", "findSettlements", "Finds orders by many numbers",
			"For reconciliation: at most 150 numbers, and what became of the money of the orders that have them. At most 2000; more says that there are others.", findSettlements),
		get(Prefix+"sums", "showSums", "Sums up days by merchant",
			"What was paid and refunded on each day of Beijing time, the newest day first and by merchant. What is counted is up to a minute old, of days before today up to a quarter of an hour.", showSums),
		post(Prefix+"orders/settle", "settleOrder", "Settles a stuck order by a person's word",
			"The gateway is asked first. When it is certain, its word is recorded instead; when what it signs says otherwise, the request is refused. "+
				"Of what is stuck, "+strings.Join(translate.SettleRules(), "; ")+".", settleOrder),
		post(Prefix+"orders/refund", "retryRefund", "Tries a failed refund again",
			"Under its one refund number, so that the gateway pays it once. The gateway is asked first; when it is certain, its word is recorded instead.", retryRefund),
		post(Prefix+"orders/deal", "dealWithOrder", "Takes an order off the list of what is to be done",
			"For a failed refund or an exhausted notification that somebody has dealt with by other means. The order itself stays as it is.", dealWithOrder),
		get(Prefix+"quarantine", "listQuarantine", "Lists messages in quarantine",
			"Newest first, page by page: messages that the gateway signed and that were not believed.", listQuarantine),
		get(Prefix+"quarantine/message", "showQuarantined", "Shows a message in quarantine",
			"The numbers, the state and the amount that it names; nothing else of it is kept.", showQuarantined),
		post(Prefix+"quarantine/deal", "dealWithQuarantined", "Takes a message off the list of what is to be done",
			"For a message that somebody has dealt with. It stays on record; no order changes.", dealWithQuarantined),
		get(Prefix+"notifications", "listNotifications", "Lists notifications",
			"Newest first, page by page.", listNotifications),
		post(Prefix+"notifications/resend", "resendNotifications", "Sends notifications again",
			"One, or what a filter finds; at most 5000 at once. Their times are spread by rate. What waits, was acknowledged or is withheld, and what belongs to a paused merchant is refused.", resend),
		get(Prefix+"merchants", "listMerchants", "Lists merchants",
			"Those of the configuration that serves, and those that are paused, by number.", listMerchants),
		post(Prefix+"merchants/pause", "pauseMerchant", "Keeps a merchant's notifications back",
			"Payments go on. Nothing is lost: what becomes due is kept and sent when the merchant is resumed.", pauseMerchant),
		post(Prefix+"merchants/resume", "resumeMerchant", "Sends a merchant's notifications again",
			"Everything that was kept back becomes due at once.", resumeMerchant),
		get(Prefix+"refused", "listRefusals", "Lists why requests were refused",
			"How often in the last day, by merchant and cause. Causes are found after the answer, with a small budget, and nothing of a request is kept for it.", listRefusals),
		get(Prefix+"readiness", "listReadiness", "Says which merchants can be moved to v2",
			"From what was seen while the old gateway served them, and from the configuration. Nothing is sent; with check, the hosts that are notified are connected to.", listReadiness),
		post(Prefix+"merchants/route", "routeMerchant", "Says where a merchant's new orders go",
			"To the old gateway or to v2, all or a share of them. Every bridge follows within a second. Orders that are on record stay where they are. "+
				"A merchant moves to v2 when it has been seen for a day; whoever goes back is never held up.", routeMerchants),
		get(Prefix+"routes", "listRoutes", "Lists where merchants' new orders go",
			"The configured merchants and those that have a route, by number, with what they do today on either side.", listRoutes),
		post(Prefix+"try/pay", "tryPay", "Pays in a merchant's name, to try the bridge",
			"The request is signed by the bridge and served as one that came to the site; the signature is told to nobody. It moves real money. The order's number begins with PAYBRIDGETRY, which no merchant may use.", tryPay),
		post(Prefix+"try/query", "tryQuery", "Queries an order in a merchant's name",
			"As a program of the merchant would.", tryQuery),
		post(Prefix+"try/cancel", "tryCancel", "Cancels an order in a merchant's name",
			"As a program of the merchant would: what is not paid is closed, what is paid is given back.", tryCancel),
		post(Prefix+"try/notify", "tryNotify", "Sends a sample notification to a merchant's program",
			"In the form of every notification and by the same checks of the address, about an order that does not exist. It is sent once; only that it was tried is recorded.", tryNotify),
		get(Prefix+"changes", "listChanges", "Lists what people did",
			"Newest first.", listChanges),
		get(Prefix+"overview", "showOverview", "Shows how things stand",
			"What the console shows: gauges, the last 24 hours, what is in doubt and what is overdue.", showOverview),
		get(Prefix+"selfcheck", "selfCheck", "Looks for what is wrong",
			"Keys, clock, ledger, gateway, the notify address, disk. It asks the gateway about an order that does not exist, once for each gateway merchant; no money moves. It takes some seconds.", selfCheck),
		evenStopped(get(Prefix+"health", "showHealth", "Says whether the bridge may be sent payments",
			"As on the public site, with the reasons. The status is 503 when it is not ready.", showReady)),
		evenStopped(get(Prefix+"health/ready", "showReady", "Says whether the bridge may be sent payments",
			"The same as health.", showReady)),
		evenStopped(get(Prefix+"health/live", "showLive", "Says that the process answers",
			"It looks at nothing.", showLive)),
		asLongAsItTakes(post(Prefix+"backup", "backUp", "Writes a copy of the ledger to a file",
			"The bridge goes on working. Only for a ledger on SQLite.", backup)),
		evenStopped(get(Prefix+"version", "showVersion", "Says which version runs", "", showVersion)),
		evenStopped(get(Prefix+"openapi.json", "showOpenAPI", "This document", "", serveOpenAPI)),
	}
}
