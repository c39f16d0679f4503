package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheFirstAdministratorsPasswordIsReadFromAFileOnce(t *testing.T) {
	h, _ := vacant(t)
	enters := func(password string) error {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/signin", nil)
		_, err := h.gate.SignIn(httptest.NewRecorder(), r, "admin", password)
		return err
	}
	err := h.welcomeAdministrator(t.Context(), "http://127.0.0.1", write(t, "short", "s3cret\n"))
	if err == nil || !strings.Contains(err.Error(), "admin-password-file") || !strings.Contains(err.Error(), "12 to 256") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v for a short password, want the file named, how long it has to be, and no secret", err)
	}
	if err := h.welcomeAdministrator(t.Context(), "http://127.0.0.1", write(t, "good", "three unrelated words\n")); err != nil {
		t.Fatal(err)
	}
	if err := enters("three unrelated words"); err != nil {
		t.Errorf("got %v, want admin let in with the first line of the file", err)
	}
	if err := h.welcomeAdministrator(t.Context(), "http://127.0.0.1", write(t, "other", "three other words now\n")); err != nil {
		t.Fatal(err)
	}
	if err := enters("three other words now"); err == nil {
		t.Error("got the file read again once there is an administrator, want their password kept")
	}
}
