package merchant

import "fmt"

// RuleError is a rule of v1 that a reply or a notification breaks, and how.
type RuleError struct {
	// Rule is the rule in words, such as "resp is standard base64".
	Rule string
	// Detail is what was found instead.
	Detail string
}

// Error names the rule and what was found.
func (e *RuleError) Error() string {
	return fmt.Sprintf("broken rule: %s: %s", e.Rule, e.Detail)
}

func broken(rule, format string, args ...any) error {
	return &RuleError{Rule: rule, Detail: fmt.Sprintf(format, args...)}
}
