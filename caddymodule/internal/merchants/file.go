package merchants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// ReadFile reads a merchants file: a JSON array of merchants with the same
// members as in the configuration. Unknown members are refused, so that a
// misspelt one is not silently ignored.
func ReadFile(path string) ([]Config, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("reading merchants file: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var configs []Config
	if err := dec.Decode(&configs); err != nil {
		return nil, fmt.Errorf("merchants file %s, near byte %d: %w", path, dec.InputOffset(), err)
	}
	if configs == nil {
		return nil, fmt.Errorf("merchants file %s: null is no array of merchants", path)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("merchants file %s: text after the array of merchants", path)
	}
	return configs, nil
}
