package bilingual

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
)

// failures are what goes wrong below: errors of Go and of the system, which are English,
// with what they mean in Chinese. The first that fits counts.
var failures = []struct {
	means func(error) bool
	zh    string
}{
	{isOne(fs.ErrNotExist), "没有这个文件或目录"},
	{isOne(fs.ErrPermission), "没有权限"},
	{isOne(fs.ErrExist), "已经存在"},
	{isOne(syscall.EISDIR), "这是一个目录"},
	{isOne(syscall.ENOTDIR), "不是目录"},
	{isOne(syscall.EROFS), "文件系统是只读的"},
	{isOne(syscall.ENOSPC, syscall.EDQUOT), "磁盘空间不足"},
	{isOne(syscall.EMFILE, syscall.ENFILE), "打开的文件过多"},
	{isOne(syscall.EADDRINUSE), "地址已被占用"},
	{isOne(syscall.ECONNREFUSED), causes["connection refused"]},
	{isOne(syscall.ECONNRESET, syscall.EPIPE), causes["connection reset"]},
	{isOne(syscall.EHOSTUNREACH, syscall.ENETUNREACH), causes["no route to it"]},
	{func(err error) bool {
		var dns *net.DNSError
		return errors.As(err, &dns) && dns.IsNotFound
	}, causes["no such host"]},
	{func(err error) bool { return errors.As(err, new(*net.DNSError)) }, causes["the name service failed"]},
	{func(err error) bool {
		var invalid x509.CertificateInvalidError
		return errors.As(err, &invalid) && invalid.Reason == x509.Expired
	}, "TLS：证书已过期或尚未生效"},
	{func(err error) bool { return errors.As(err, new(x509.UnknownAuthorityError)) }, causes["TLS: certificate of an unknown authority"]},
	{func(err error) bool { return errors.As(err, new(x509.HostnameError)) }, causes["TLS: certificate for another name"]},
	{func(err error) bool {
		var network net.Error
		return isOne(context.DeadlineExceeded, os.ErrDeadlineExceeded, syscall.ETIMEDOUT)(err) || errors.As(err, &network) && network.Timeout()
	}, "超时"},
	{isOne(context.Canceled), "已中断"},
	{isOne(io.ErrUnexpectedEOF, io.EOF), "在完整之前结束"},
}

// isOne reports whether an error is one of some.
func isOne(wanted ...error) func(error) bool {
	return func(err error) bool {
		for _, one := range wanted {
			if errors.Is(err, one) {
				return true
			}
		}
		return false
	}
}

// Failure is an error in a language. In Chinese one of this package says itself, one of
// Go or of the system is told by what it means, with the file that it is about, and
// another stays as it is: nobody knows what it means.
func Failure(lang Lang, err error) string {
	if lang != Zh {
		return err.Error()
	}
	if said, is := Of(err); is {
		return said.In(lang)
	}
	for _, f := range failures {
		if f.means(err) {
			return fileOf(err) + f.zh
		}
	}
	return err.Error()
}

// fileOf is the file that an error is about, with a colon.
func fileOf(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return strings.TrimSpace(path.Path) + "："
	case errors.As(err, &link):
		return link.New + "："
	}
	return ""
}
