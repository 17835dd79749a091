package bilingual

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestFailure(t *testing.T) {
	t.Parallel()
	_, missing := os.Open(filepath.Join(t.TempDir(), "missing"))
	_, folder := os.ReadFile(t.TempDir())
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"no file":           {missing, missing.(*fs.PathError).Path + "：没有这个文件或目录"},
		"a folder":          {folder, folder.(*fs.PathError).Path + "：这是一个目录"},
		"wrapped":           {fmt.Errorf("reading key: %w", &fs.PathError{Op: "open", Path: "/k", Err: syscall.EACCES}), "/k：没有权限"},
		"a link":            {&os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.ENOSPC}, "b：磁盘空间不足"},
		"refused":           {refused, "连接被拒绝"},
		"reset":             {fmt.Errorf("read: %w", syscall.ECONNRESET), "连接被重置"},
		"no such host":      {&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}, "域名不存在"},
		"name service":      {&net.DNSError{Err: "server misbehaving", Name: "x"}, "域名解析失败"},
		"expired":           {x509.CertificateInvalidError{Reason: x509.Expired}, "TLS：证书已过期或尚未生效"},
		"unknown authority": {x509.UnknownAuthorityError{}, "TLS：证书的签发机构不受信任"},
		"another name":      {x509.HostnameError{Host: "x", Certificate: &x509.Certificate{}}, "TLS：证书属于其他域名"},
		"timed out":         {context.DeadlineExceeded, "超时"},
		"said":              {fmt.Errorf("flags: %w", Say("write zh or en")), "请写 zh 或 en"},
		"another":           {errors.New("something new"), "something new"},
	} {
		if got := Failure(Zh, c.err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if said := Say("reading message: %v", c.err); said.In(Zh) != "读取报文："+c.want {
			t.Errorf("%s, in a sentence: %q", name, said.In(Zh))
		}
		if _, is := Of(c.err); !is && Failure(En, c.err) != c.err.Error() {
			t.Errorf("%s: %q in English", name, Failure(En, c.err))
		}
	}
}
