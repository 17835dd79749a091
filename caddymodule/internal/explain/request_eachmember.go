package explain

import "strings"

// What the bridge can have against any member.
const (
	givenTwice = "given twice"
	notUTF8    = "not UTF-8"
)

// usedMembers are the members of a merchant's messages that the bridge uses. A cause names
// the one that it is about, also where nothing but causes is counted.
var usedMembers = []string{"merid", "action", "txnamt", "orderid", "queryid", "code", "openid", "ip", "backurl", "fronturl"}

// eachMember are what can be wrong with any member: with %, which stands for its name.
var eachMember = []struct {
	reason string
	causeText
	chinese wording
}{
	{
		reason: givenTwice,
		causeText: causeText{
			name:     "%_twice",
			happened: "The message has % twice.",
			advice:   "Tell the merchant: write each member once.",
		},
		chinese: wording{"报文中 % 出现了两次。", "请告知商户：每个成员只写一次。"},
	},
	{
		reason: notUTF8,
		causeText: causeText{
			name:     "%_not_utf8",
			happened: "The member % has letters in another coding than UTF-8.",
			advice:   `Tell the merchant: take the bytes of the JSON in UTF-8 (in Java getBytes("UTF-8")), or write no Chinese in %.`,
		},
		chinese: wording{"% 含有非 UTF-8 编码的文字。", `请告知商户：取 JSON 的 UTF-8 字节（Java 用 getBytes("UTF-8")），或者在 % 中不写中文。`},
	},
}

// eachMemberFacts are the facts of eachMember for every member.
var eachMemberFacts = func() (facts []fact) {
	for _, row := range eachMember {
		for _, member := range usedMembers {
			of := strings.NewReplacer("%", member).Replace
			facts = append(facts, fact{
				holds:     is(func(e *evidence) bool { return e.refuses(member, row.reason) }),
				causeText: causeText{name: of(row.name), happened: of(row.happened), advice: of(row.advice)},
			})
		}
	}
	return facts
}()

// chineseOfEachMember is their wording.
var chineseOfEachMember = func() map[string]wording {
	all := make(map[string]wording)
	for _, row := range eachMember {
		for _, member := range usedMembers {
			of := strings.NewReplacer("%", member).Replace
			all[of(row.name)] = wording{of(row.chinese.happened), of(row.chinese.advice)}
		}
	}
	return all
}()
