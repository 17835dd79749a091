package pages

// Hosted sends the payer's browser to the gateway's own payment page, by a form
// that submits itself or, without scripts, by a button.
type Hosted struct {
	Order
	Action string // the gateway's address, absolute
	Fields []Field
}

// Field is one member of the form.
type Field struct{ Name, Value string }

func (Hosted) name() string   { return "hosted" }
func (Hosted) scenes() scenes { return hostedScenes }
func (h Hosted) needs() needs { return needs{form: schemeOf(h.Action)} }

// Usable reports whether the form has somewhere to go.
func (h Hosted) Usable() bool { return schemeOf(h.Action) != "" }

var hostedScenes = scenes{
	"going": {
		icon:  onto,
		title: phrase{"前往支付页面", "Going to the payment page"},
		text:  phrase{"如果没有自动跳转，请点击下面的按钮。", "If nothing happens, please press the button."},
	},
	"nowhere": {
		icon:  bad,
		title: phrase{"无法打开支付页面", "The payment page cannot be opened"},
		text:  askMerchant,
	},
}
