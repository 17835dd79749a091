//go:build !unix

package samefolder

import "os"

func identify(folder string) (string, error) {
	_, err := os.Stat(folder)
	return "", err
}
