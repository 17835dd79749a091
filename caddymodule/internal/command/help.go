package command

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// help is what all commands say of themselves, as they were written: in English.
type help struct {
	top      *cobra.Command
	commands []commandHelp
}

// commandHelp is what one command says of itself.
type commandHelp struct {
	*cobra.Command
	use, short, long string
	usages           map[*pflag.Flag]string
}

// speakHelp has --help, completions and man pages speak the operator's language. The
// texts of completions and man pages are read before any flag is: they go by the
// environment alone.
func speakHelp(paybridge *cobra.Command) {
	h := &help{top: paybridge}
	h.read(paybridge)
	h.put(bilingual.LangOfEnvironment())
	show := paybridge.HelpFunc()
	paybridge.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		h.put(langOf(cmd))
		show(cmd, args)
	})
}

// read takes note of what a command and those below it say.
func (h *help) read(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	c := commandHelp{cmd, cmd.Use, cmd.Short, cmd.Long, make(map[*pflag.Flag]string)}
	note := func(flag *pflag.Flag) { c.usages[flag] = flag.Usage }
	cmd.Flags().VisitAll(note)
	cmd.PersistentFlags().VisitAll(note)
	h.commands = append(h.commands, c)
	for _, below := range cmd.Commands() {
		h.read(below)
	}
}

// put has all commands say it in a language.
func (h *help) put(lang bilingual.Lang) {
	for _, c := range h.commands {
		c.Use, c.Short, c.Long = useIn(lang, c.use), bilingual.Help(lang, c.short), bilingual.Help(lang, c.long)
		for flag, usage := range c.usages {
			flag.Usage = bilingual.Help(lang, usage)
			if lang == bilingual.Zh && flag.Name == "help" {
				flag.Usage = "显示帮助"
			}
		}
	}
	frame := frames[lang]
	h.top.SetUsageTemplate(frame.usage)
	h.top.SetHelpTemplate(frame.help)
}

// frames are the templates around the texts; English has cobra's and Caddy's own.
var frames = map[bilingual.Lang]struct{ usage, help string }{
	bilingual.Zh: {
		usage: `用法：{{if .Runnable}}
  {{.UseLine | usage}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} 命令{{end}}{{if .HasExample}}

示例：
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

命令：{{range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

选项：
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces | defaults}}{{end}}{{if .HasAvailableInheritedFlags}}

通用选项：
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces | defaults}}{{end}}{{if .HasAvailableSubCommands}}

用“{{.CommandPath}} 命令 --help”查看一个命令的说明。{{end}}
`,
		help: `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}
`,
	},
}

// fallback matches what pflag adds to the usage of a flag.
var fallback = regexp.MustCompile(`(?m) \(default (.*)\)$`)

func init() {
	cobra.AddTemplateFunc("usage", func(line string) string {
		return strings.NewReplacer("[flags]", "[选项]", "<command>", "命令").Replace(line)
	})
	cobra.AddTemplateFunc("defaults", func(usages string) string { return fallback.ReplaceAllString(usages, "（默认 $1）") })
}

// placeholders are the Chinese of what stands for a value in a usage line.
var placeholders = map[string]string{
	"FILE": "文件", "URL": "URL", "MERID": "商户号", "ORDERID": "订单号", "NUMBER": "号码", "HOW": "处理方式", "NAME": "名称",
	"REASON": "原因", "DAYS": "天数", "ID": "编号", "STATEMENT": "对账单", "BACKUP": "备份", "STATE": "状态", "ACTION": "支付方式",
	"YUAN": "金额",
}

// capitals matches placeholders in a usage line.
var capitals = regexp.MustCompile(`[A-Z]+`)

// useIn is a usage line in a language.
func useIn(lang bilingual.Lang, use string) string {
	if lang != bilingual.Zh {
		return use
	}
	return capitals.ReplaceAllStringFunc(use, func(word string) string {
		if zh, known := placeholders[word]; known {
			return zh
		}
		return word
	})
}
