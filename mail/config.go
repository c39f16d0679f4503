package mail

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"unicode"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Security is how the connection to the server is protected.
type Security string

// The kinds of protection (ux.md 4.4).
const (
	// Auto is TLS from the start on port 465, else STARTTLS where the server offers it.
	Auto Security = "auto"
	// TLS is TLS from the first byte.
	TLS Security = "tls"
	// STARTTLS insists on it: a server that offers none gets no mail.
	STARTTLS Security = "starttls"
	// None is plain text. Credentials then go to a loopback address only.
	None Security = "none"
)

// Auth is whether to sign in.
type Auth string

// The kinds of signing in.
const (
	// AuthAuto signs in when there is a username, by the best way the server offers.
	AuthAuto Auth = "auto"
	// AuthNone never signs in: a relay inside the company.
	AuthNone Auth = "none"
)

// Limits of the configuration.
const (
	// DefaultConnections is how many connections are open at most when nothing is said.
	DefaultConnections = 4
	// MaxConnections is the most that may be asked for.
	MaxConnections = 50
	// implicitPort is the port that speaks TLS from the first byte.
	implicitPort = 465
)

// Config is the mail channel as an administrator sets it (api.md 3).
type Config struct {
	Host     string   `json:"host"`
	Port     int      `json:"port"`
	Security Security `json:"security"` // "" is Auto
	Auth     Auth     `json:"auth"`     // "" is AuthAuto
	Username string   `json:"username"`
	// Password is the password or, with most public providers, the authorization code.
	Password string `json:"-"`
	// From is the sender's address; "" is the username.
	From     string `json:"from"`
	FromName string `json:"from_name"`
	// SkipVerify accepts any certificate. CAPEM, certificates to trust beside the
	// system's, is the better way.
	SkipVerify bool   `json:"skip_verify"`
	CAPEM      string `json:"ca_pem"`
	// ProxyURL leads to the server: socks5, or http with CONNECT; a bare host:port is an http
	// one. With a proxy nothing ever goes out directly.
	ProxyURL string `json:"proxy_url"`
	// MaxConnections is how many connections are open at once; 0 is DefaultConnections.
	MaxConnections int `json:"max_connections"`
}

// FieldError says what is wrong with one field.
type FieldError struct {
	// Field is the field's name as the API spells it.
	Field string
	// Message says what it must be. It never repeats the value.
	Message cards.Text
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Message.EN }

// Validate names every wrong field at once: errors.Join of *FieldError.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, field, zh, en string) {
		if !ok {
			errs = append(errs, &FieldError{Field: field, Message: cards.Text{ZH: zh, EN: en}})
		}
	}
	check(c.Host != "", "host", "请填写 SMTP 地址", "enter the SMTP server")
	check(c.Host == "" || isHost(c.Host), "host", "只填主机名或 IP，不带协议、端口和空格，例如 smtp.163.com",
		"enter a host name or IP address alone, such as smtp.163.com")
	check(c.Port >= 1 && c.Port <= 65535, "port", "端口应为 1 到 65535", "must be 1 to 65535")
	check(c.security().valid(), "security", "应为 auto、tls、starttls 或 none", "must be auto, tls, starttls or none")
	check(c.auth() == AuthAuto || c.auth() == AuthNone, "auth", "应为 auto 或 none", "must be auto or none")
	check(!c.signsIn() || c.security() != None || c.ProxyURL == "" && ticket.ThisMachine(c.Host), "security",
		"用户名和密码不能明文发送，请启用加密", "the password must not travel in plain text: switch encryption on")
	check(c.auth() == AuthNone || c.Username != "" || c.Password == "", "username", "请填写 SMTP 用户名", "enter the SMTP username")
	check(!c.signsIn() || c.Password != "", "password", "请填写 SMTP 密码或授权码", "enter the SMTP password or authorization code")
	check(isAddress(c.sender()), "from", "发件人应为完整的邮箱地址", "must be a complete e-mail address")
	check(!strings.ContainsFunc(c.FromName, unicode.IsControl), "from_name", "发件人名称不能换行", "must be one line")
	check(c.CAPEM == "" || x509.NewCertPool().AppendCertsFromPEM([]byte(c.CAPEM)), "ca_pem",
		"不是 PEM 格式的证书", "holds no certificate in PEM form")
	_, proxyErr := parseProxy(c.ProxyURL)
	check(proxyErr == nil, "proxy_url", "应为带端口的 http 或 socks5 代理地址，不含用户名和密码，例如 socks5://10.0.0.1:1080",
		"must be an http or socks5 proxy with a port and without user and password, such as socks5://10.0.0.1:1080")
	check(c.MaxConnections >= 0 && c.MaxConnections <= MaxConnections, "max_connections",
		"连接数应为 1 到 50", "must be 1 to 50")
	return errors.Join(errs...)
}

func (c Config) security() Security { return cmp.Or(c.Security, Auto) }
func (c Config) auth() Auth         { return cmp.Or(c.Auth, AuthAuto) }
func (c Config) sender() string     { return cmp.Or(c.From, c.Username) }
func (c Config) connections() int   { return cmp.Or(c.MaxConnections, DefaultConnections) }
func (c Config) address() string    { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }
func (c Config) signsIn() bool      { return c.auth() == AuthAuto && c.Username != "" }

// implicitTLS reports whether TLS begins with the first byte.
func (c Config) implicitTLS() bool {
	return c.security() == TLS || (c.security() == Auto && c.Port == implicitPort)
}

// tls returns how certificates are checked: for the host, by the system's
// authorities and those of CAPEM.
func (c Config) tls() (*tls.Config, error) {
	conf := &tls.Config{
		ServerName: c.Host, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: c.SkipVerify, //nolint:gosec // the administrator's choice, under a red warning (ux.md 4.4)
	}
	if c.CAPEM == "" {
		return conf, nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	roots.AppendCertsFromPEM([]byte(c.CAPEM))
	conf.RootCAs = roots
	return conf, nil
}

func (s Security) valid() bool { return s == Auto || s == TLS || s == STARTTLS || s == None }

// isHost reports whether s is a host name or an IP address and nothing more.
func isHost(s string) bool {
	return net.ParseIP(s) != nil || !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("/:@[]?#%", r)
	})
}

// isAddress reports whether s is one bare address.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}
