package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How long a bot may take until it answers, and until it has ended.
const (
	startTime = time.Minute
	stopTime  = 30 * time.Second
)

// Binary is the built bot, and where it keeps things.
type Binary struct {
	path string
	// Dir is the data directory, DatabaseURL the database; "" is SQLite in the directory.
	Dir, DatabaseURL string
	// RedisURL is what replicas share; "" is nothing.
	RedisURL string
}

// Build builds the bot of this checkout into dir as everybody gets it.
func Build(ctx context.Context, dir string) (Binary, error) {
	b := Binary{path: filepath.Join(dir, "bot")}
	built := b.path + ".built"
	cmd := exec.CommandContext(ctx, "make", "build", "BIN="+built)
	if out, err := cmd.CombinedOutput(); err != nil {
		return b, fmt.Errorf("build the bot: %w\n%s", err, out)
	}
	if err := install(built, b.path); err != nil {
		return b, fmt.Errorf("install the bot: %w", err)
	}
	return b, nil
}

// install copies a program to where it is run from, as any installation does. How much of
// it the kernel maps at once depends on the pieces in which its file lies in the cache: from
// where the linker has just written it, that is some 3 MB more than from a copy or the disk.
func install(from, to string) error {
	program, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = program.Close() }() // it was read
	place, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(place, program)
	return errors.Join(err, place.Close())
}

func (b Binary) keeping() []string {
	args := []string{"--data-dir", b.Dir}
	if b.DatabaseURL != "" {
		args = append(args, "--database-url", b.DatabaseURL)
	}
	return args
}

// Bot is a running process of the binary.
type Bot struct {
	URL string

	cmd   *exec.Cmd
	ended chan struct{}
}

// Start runs `bot serve` and returns once it answers. What it says is added to the
// file bot.log beside its data. It is killed when ctx ends.
func (b Binary) Start(ctx context.Context) (*Bot, error) {
	log, err := os.OpenFile(b.Dir+".log", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the bot's log: %w", err)
	}
	args := append([]string{"serve", "--http-listen", "127.0.0.1:0"}, b.keeping()...)
	if b.RedisURL != "" {
		args = append(args, "--redis-url", b.RedisURL)
	}
	cmd := exec.CommandContext(ctx, b.path, args...)
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the bot: %w", err), log.Close())
	}
	bot := &Bot{cmd: cmd, ended: make(chan struct{})}
	url := make(chan string, 1)
	go func() {
		defer close(bot.ended)
		defer func() { _ = log.Close() }()
		listen(io.TeeReader(said, log), url)
		_ = cmd.Wait() // how it ended is of no interest: it was killed, or its log says why
	}()
	return bot, bot.ready(ctx, url)
}

// listen reads to the end and passes on the address of the line that says "ready" (api.md 7).
func listen(said io.Reader, url chan<- string) {
	lines := bufio.NewReader(said)
	for {
		text, err := lines.ReadBytes('\n')
		var line struct {
			Msg string `json:"msg"`
			URL string `json:"url"`
		}
		if json.Unmarshal(text, &line) == nil && line.Msg == "ready" {
			url <- line.URL
		}
		if err != nil {
			return
		}
	}
}

func (b *Bot) ready(ctx context.Context, url <-chan string) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	select {
	case b.URL = <-url:
		return nil
	case <-b.ended:
		return errors.New("the bot ended before it was ready")
	case <-ctx.Done():
		b.Kill()
		return fmt.Errorf("wait for the bot to be ready: %w", ctx.Err())
	}
}

// Kill ends the bot as a power cut would (SIGKILL).
func (b *Bot) Kill() {
	_ = b.cmd.Process.Kill() // fails when it has ended by itself
	<-b.ended
}

// Stop asks the bot to end (SIGTERM) and waits until it has.
func (b *Bot) Stop() {
	_ = b.cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended by itself
	late := time.AfterFunc(stopTime, b.Kill)
	defer late.Stop()
	<-b.ended
}

// PID is the number of the process.
func (b *Bot) PID() int { return b.cmd.Process.Pid }

// PeakMB is the most memory the bot ever had in use (VmHWM), in MB; 0 where the
// system does not tell, or the bot has ended.
func (b *Bot) PeakMB() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.PID()))
	if err != nil {
		return 0
	}
	return peakOf(string(status))
}

func peakOf(status string) int {
	for line := range strings.Lines(status) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(size), "kB")))
			return (kB + 512) / 1024
		}
	}
	return 0
}

// CPU is how much time the processors spent on the bot so far, to a hundredth of a
// second; 0 where the system does not tell, or the bot has ended.
func (b *Bot) CPU() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", b.PID()))
	if err != nil {
		return 0
	}
	return cpuOf(string(stat))
}

// cpuOf adds up utime and stime of proc_pid_stat(5), which count hundredths of a second.
func cpuOf(stat string) time.Duration {
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:]) // the name before it may hold anything
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// Token makes an API token for everything by the operator's command.
func (b Binary) Token(ctx context.Context) (string, error) {
	args := append([]string{"token", "create", "--name", "bench", "--scopes", "*"}, b.keeping()...)
	out, err := exec.CommandContext(ctx, b.path, args...).Output()
	if err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Administrator makes somebody an administrator who can sign in, by the operator's command.
func (b Binary) Administrator(ctx context.Context, username, password string) error {
	args := append([]string{"admin", "create", "--username", username, "--password-file", "-"}, b.keeping()...)
	cmd := exec.CommandContext(ctx, b.path, args...)
	cmd.Stdin = strings.NewReader(password + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make an administrator: %w\n%s", err, out)
	}
	return nil
}
