package main

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"

	"ticketbell/pace"
)

// envPrefix begins the name of every setting in the environment.
const envPrefix = "TICKETBELL_"

// keeping is where things are kept: what serve, demo and the operator's commands share.
type keeping struct {
	DataDir       string `help:"Directory of the SQLite file and the key." default:"data" placeholder:"DIR"`
	DatabaseURL   string `help:"postgres://… ; empty: SQLite in the data directory." placeholder:"URL"`
	SecretKey     string `help:"Master key that secrets are sealed with: 32 bytes as 64 hex digits or base64. Empty: a key file in the data directory, made on first start." placeholder:"KEY"`
	SecretKeyFile string `help:"File that holds the master key." placeholder:"FILE"`
}

// listening is how the service is reached and how it speaks.
type listening struct {
	HTTPListen string `name:"http-listen" help:"Address of the HTTP server; port 0 picks a free one." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	LogLevel   string `help:"debug, info, warn or error." default:"info"`
	LogFormat  string `help:"json or text." default:"json"`
}

// sharing is what replicas share beside the database.
type sharing struct {
	RedisURL string `name:"redis-url" help:"redis://… or rediss://…: rate limits and known identities are shared by all replicas; empty: each keeps its own." placeholder:"URL"`
}

func (s sharing) check() []error {
	if s.RedisURL == "" {
		return nil
	}
	rdb, err := pace.DialRedis(s.RedisURL)
	if err != nil {
		return []error{fmt.Errorf("redis-url: %w", err)}
	}
	return []error{rdb.Close()}
}

// wrongSettings names everything that is wrong with the settings at once.
type wrongSettings struct{ errs []error }

func (w *wrongSettings) Error() string {
	lines := make([]string, 0, len(w.errs))
	for _, err := range w.errs {
		lines = append(lines, "  "+err.Error())
	}
	return "these settings are wrong:\n" + strings.Join(lines, "\n")
}

func settingsError(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 0 {
		return nil
	}
	return &wrongSettings{errs}
}

func (k keeping) check() []error {
	var errs []error
	if k.DatabaseURL != "" {
		if u, err := url.Parse(k.DatabaseURL); err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
			errs = append(errs, errors.New("database-url: must begin with postgres://"))
		}
	}
	if k.SecretKey != "" && k.SecretKeyFile != "" {
		errs = append(errs, errors.New("secret-key and secret-key-file: only one of them may be given"))
	}
	if k.SecretKey != "" {
		if _, err := decodeKey(k.SecretKey); err != nil {
			errs = append(errs, fmt.Errorf("secret-key: %w", err))
		}
	}
	if k.DataDir == "" {
		errs = append(errs, errors.New("data-dir: must name a directory"))
	}
	return errs
}

func (l listening) check() []error {
	var errs []error
	if !isHostPort(l.HTTPListen) {
		errs = append(errs, fmt.Errorf("http-listen: %q is no HOST:PORT such as 127.0.0.1:8080", l.HTTPListen))
	}
	if err := new(slog.LevelVar).UnmarshalText([]byte(l.LogLevel)); err != nil {
		errs = append(errs, fmt.Errorf("log-level: %q is none of debug, info, warn, error", l.LogLevel))
	}
	if l.LogFormat != "json" && l.LogFormat != "text" {
		errs = append(errs, fmt.Errorf("log-format: %q is neither json nor text", l.LogFormat))
	}
	return errs
}

func isHostPort(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// decodeKey reads a master key: 32 bytes, as hex or base64.
func decodeKey(s string) ([]byte, error) {
	s = strings.TrimSpace(s)
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString} {
		if key, err := decode(s); err == nil && len(key) == keyBytes {
			return key, nil
		}
	}
	return nil, fmt.Errorf("must be %d bytes as 64 hex digits or base64", keyBytes)
}

// gather reads the environment and the settings file, and returns where kong finds
// what was not given as a flag. The environment wins over the file. Names nobody
// knows are all reported.
func gather(known map[string]bool, args, environ []string) (kong.Resolver, []error) {
	values, errs := map[string]string{}, []error{}
	if file := fileOf(args, environ); file != "" {
		errs = append(errs, readFile(file, known, values))
	}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		key, ours := strings.CutPrefix(name, envPrefix)
		if !ours || strings.HasPrefix(key, "TEST_") {
			continue
		}
		flag := strings.ToLower(strings.ReplaceAll(key, "_", "-"))
		if !known[flag] {
			errs = append(errs, fmt.Errorf("%s: no such setting", name))
			continue
		}
		if value != "" { // set to nothing is not set: the file may know
			values[flag] = value
		}
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if v, ok := values[flag.Name]; ok {
			return v, nil
		}
		return nil, nil
	}), errs
}

func flagNames(n *kong.Node) map[string]bool {
	names := map[string]bool{}
	for _, group := range n.AllFlags(false) {
		for _, f := range group {
			names[f.Name] = true
		}
	}
	for _, child := range n.Children {
		for name := range flagNames(child) {
			names[name] = true
		}
	}
	return names
}

// fileOf finds the settings file before the flags are parsed.
func fileOf(args, environ []string) string {
	for i, arg := range args {
		if arg == "--config" && i+1 < len(args) {
			return args[i+1]
		}
		if file, ok := strings.CutPrefix(arg, "--config="); ok {
			return file
		}
	}
	for _, pair := range environ {
		if file, ok := strings.CutPrefix(pair, envPrefix+"CONFIG="); ok {
			return file
		}
	}
	return ""
}

// readFile reads settings by the names of their flags; underscores read as dashes.
func readFile(file string, known map[string]bool, values map[string]string) error {
	data, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	var read map[string]any
	if err := yaml.UnmarshalWithOptions(data, &read, yaml.Strict()); err != nil {
		// The library's own text quotes the lines around the fault: a secret may be among them.
		return fmt.Errorf("config: %s is no YAML mapping: %s", file, yaml.FormatError(err, false, false))
	}
	var unknown []string
	for key, value := range read {
		flag := strings.ReplaceAll(key, "_", "-")
		if !known[flag] {
			unknown = append(unknown, key)
			continue
		}
		if value != nil && value != "" {
			values[flag] = fmt.Sprint(value)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("config: %s: no such settings: %s", file, strings.Join(unknown, ", "))
	}
	return nil
}
