package scheduling

import "testing"

func TestCheck(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": "", Batch: "", Normal: "",
		"idle": `scheduling: "idle" is not known; write batch or normal`,
	} {
		got := ""
		if err := Check(given); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}
