// Package shadow says what the bridge would have made of requests that the old
// gateway has answered, and what merchants would have noticed.
//
// It sends nothing. An [Exchange] is looked at after the old gateway's answer has
// left: the request is read, verified, translated and sealed with the merchant's real
// keys, by the code that serves requests otherwise, and then dropped. What the old
// gateway replied is compared with what the bridge would have replied, member by
// member, see [Compare]. Nothing here can reach a network: a test on the packages that
// it is built of keeps it so. Numbers are all that is kept: how often what was found,
// for which merchant, on which day, with the number of one order as an example.
//
// # What is compared
//
// What v2 would have answered is not known, for it was not asked. So both replies
// stand for the same news: where the old gateway has taken a payment, so has the v2
// gateway in the comparison, and where it calls an order paid, v2 does too. From such
// an answer of v2 the bridge's own rules make the reply to compare with. It shows
// whether a merchant's program would be able to read the replies of the bridge, and
// not whether v2 would have taken the payment.
//
// These are no differences:
//
//   - values that each side draws or words by itself: queryid, formaction, respmsg,
//     resultmsg, and at which moment an order was paid,
//   - a member that is empty on one side and empty, null or absent on the other,
//   - blanks, line breaks and escapes in a message, since it is read as JSON,
//   - of a refusal everything but the types of respcode and respmsg: merchants'
//     programs tell "00" from all other codes, and no two gateways have the same ones.
//
// # What it may cost
//
// A [Worker] has a fixed number of goroutines and a queue that is bounded in entries
// and in bytes; what does not fit is dropped and counted. A panic in a comparison, or
// one that takes too long, switches the worker off until the configuration is loaded
// again.
package shadow
