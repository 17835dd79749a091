package keygen_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/keygen"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// write makes a pair and its files in a new folder.
func write(t *testing.T, suite v2.Suite) (keygen.Pair, keygen.Files) {
	t.Helper()
	pair, err := keygen.New(suite, keygen.DefaultBits)
	if err != nil {
		t.Fatal(err)
	}
	files, err := keygen.FilesOf(filepath.Join(t.TempDir(), "473053110001"))
	if err != nil {
		t.Fatal(err)
	}
	if err := pair.Write(files); err != nil {
		t.Fatal(err)
	}
	return pair, files
}

// codec loads a merchant with these keys as the bridge does.
func codec(t *testing.T, suite v2.Suite, private, public string) *v2.Codec {
	t.Helper()
	loader := merchants.Loader{Resolve: func(s string) string { return s }}
	r, err := loader.Load([]merchants.Config{{
		MerID: "89900001", SignKey: "key", GatewayMerchant: "473053110001", Suite: suite.Name(),
		PrivateKey: private, GatewayKey: public,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r.ByMerID("89900001").Codec
}

// What is written is what the bridge reads: two such pairs talk to each other,
// with the public key as a file and as bare base64.
func TestWrittenKeysServe(t *testing.T) {
	t.Parallel()
	for _, suite := range []v2.Suite{v2.Intl, v2.GM} {
		t.Run(suite.Name(), func(t *testing.T) {
			t.Parallel()
			merchantPair, merchant := write(t, suite)
			gatewayPair, gateway := write(t, suite)
			for _, public := range [][2]string{
				{gateway.Public, merchant.Public},
				{gatewayPair.PublicBase64(), merchantPair.PublicBase64()},
			} {
				ours, theirs := codec(t, suite, merchant.Private, public[0]), codec(t, suite, gateway.Private, public[1])
				for _, way := range [][2]*v2.Codec{{ours, theirs}, {theirs, ours}} {
					envelope, err := way[0].Seal("473053110001", "n", []byte("message"))
					if err != nil {
						t.Fatal(err)
					}
					if plain, err := way[1].Open(envelope); err != nil || string(plain) != "message" {
						t.Errorf("Open = %q, %v", plain, err)
					}
				}
			}
		})
	}
}

// OpenSSL reads the private key and finds the same public key in it.
func TestOpenSSLAgrees(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl on this machine")
	}
	for _, suite := range []v2.Suite{v2.Intl, v2.GM} {
		t.Run(suite.Name(), func(t *testing.T) {
			t.Parallel()
			pair, files := write(t, suite)
			public, err := exec.CommandContext(t.Context(), openssl, "pkey", "-in", files.Private, "-pubout").CombinedOutput()
			if err != nil || string(public) != pair.PublicPEM() {
				t.Errorf("openssl finds %s, %v\nwant %s", public, err, pair.PublicPEM())
			}
			der, err := exec.CommandContext(t.Context(), openssl, "pkey", "-pubin", "-in", files.Public, "-outform", "DER").Output()
			if err != nil || base64.StdEncoding.EncodeToString(der) != pair.PublicBase64() {
				t.Errorf("openssl encodes %x, %v\nwant %s", der, err, pair.PublicBase64())
			}
			if sum := sha256.Sum256(der); strings.ReplaceAll(pair.Fingerprint(), ":", "") != hex.EncodeToString(sum[:]) {
				t.Errorf("Fingerprint = %s; want %x", pair.Fingerprint(), sum)
			}
		})
	}
}

func TestFilesAndModes(t *testing.T) {
	t.Parallel()
	pair, files := write(t, v2.GM)
	if !strings.HasSuffix(files.Private, "473053110001-private.pem") || !strings.HasSuffix(files.Public, "473053110001-public.pem") {
		t.Errorf("Files = %+v", files)
	}
	info, err := os.Stat(files.Private)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the private key has mode %v, %v; want 0600", info.Mode(), err)
	}
	private, err := os.ReadFile(files.Private)
	if err != nil || !strings.HasPrefix(string(private), "-----BEGIN PRIVATE KEY-----\n") {
		t.Errorf("the private key begins %.30q, %v", private, err)
	}
	public, err := os.ReadFile(files.Public)
	if err != nil || string(public) != pair.PublicPEM() {
		t.Errorf("the public file holds %q, %v; want %q", public, err, pair.PublicPEM())
	}
}

// Neither file is ever written over, whichever of them is there, and nothing is
// left beside it.
func TestNothingIsWrittenOver(t *testing.T) {
	t.Parallel()
	pair, err := keygen.New(v2.GM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, there := range []string{"k-private.pem", "k-public.pem"} {
		for name, put := range map[string]func(path string) error{
			"a file":            func(path string) error { return os.WriteFile(path, []byte("precious"), 0o600) },
			"a folder":          func(path string) error { return os.Mkdir(path, 0o700) },
			"a link to nowhere": func(path string) error { return os.Symlink("nowhere", path) },
		} {
			t.Run(there+" is "+name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				files, err := keygen.FilesOf(filepath.Join(dir, "k"))
				if err != nil {
					t.Fatal(err)
				}
				if err := files.Free(); err != nil {
					t.Errorf("an empty folder is not free: %v", err)
				}
				if err := put(filepath.Join(dir, there)); err != nil {
					t.Fatal(err)
				}
				if err := files.Free(); err == nil || !strings.Contains(err.Error(), there) || !strings.Contains(err.Error(), "left as it is") {
					t.Errorf("Free: %v; want an error that names %s", err, there)
				}
				if err := pair.Write(files); err == nil {
					t.Error("it was written over")
				}
				left, err := os.ReadDir(dir)
				if err != nil || len(left) != 1 || left[0].Name() != there {
					t.Errorf("the folder holds %v, %v; want only %s", left, err, there)
				}
				if text, err := os.ReadFile(filepath.Join(dir, there)); name == "a file" && (err != nil || string(text) != "precious") {
					t.Errorf("the file holds %q, %v", text, err)
				}
			})
		}
	}
}

func TestWriteIntoNoFolder(t *testing.T) {
	t.Parallel()
	pair, err := keygen.New(v2.GM, 0)
	if err != nil {
		t.Fatal(err)
	}
	files, err := keygen.FilesOf(filepath.Join(t.TempDir(), "absent", "k"))
	if err != nil {
		t.Fatal(err)
	}
	if err := files.Free(); err != nil {
		t.Errorf("Free: %v", err)
	}
	if err := pair.Write(files); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("Write: %v; want an error that names the folder", err)
	}
}

func TestNamesThatNameNoFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ".", "..", "/", "keys/", "/etc/paybridge/"} {
		if files, err := keygen.FilesOf(name); err == nil {
			t.Errorf("FilesOf(%q) = %+v", name, files)
		}
	}
}

func TestBits(t *testing.T) {
	t.Parallel()
	for _, bits := range []int{-1, 0, 512, 1024, 2047, 8193} {
		if _, err := keygen.New(v2.Intl, bits); err == nil || !strings.Contains(err.Error(), "2048 to 8192") {
			t.Errorf("%d bits: %v", bits, err)
		}
	}
	pair, err := keygen.New(v2.Intl, 3072)
	if err != nil {
		t.Fatal(err)
	}
	der, err := base64.StdEncoding.DecodeString(pair.PublicBase64())
	if err != nil || len(der) < 3072/8 || len(der) > 3072/8+50 {
		t.Errorf("a public key of 3072 bits has %d bytes, %v", len(der), err)
	}
}

// Two pairs are never the same.
func TestPairsDiffer(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 5 {
		pair, err := keygen.New(v2.GM, 0)
		if err != nil {
			t.Fatal(err)
		}
		if seen[pair.Fingerprint()] {
			t.Fatal("the same pair twice")
		}
		seen[pair.Fingerprint()] = true
	}
}
