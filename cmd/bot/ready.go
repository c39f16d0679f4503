package main

import "log/slog"

// ready logs the one line that programs wait for, as JSON whatever the log format:
// {"time":…,"level":"INFO","msg":"ready","url":…} (api.md 7).
func ready(s *streams, attrs ...any) {
	slog.New(slog.NewJSONHandler(s.err, nil)).Info("ready", attrs...)
}
