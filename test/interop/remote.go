package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// remote is the log as anybody reaches it.
type remote struct {
	base string
	http http.Client
}

// statusError is an answer other than 200.
type statusError struct {
	path   string
	status int
}

func (e *statusError) Error() string { return fmt.Sprintf("%s: HTTP status %d", e.path, e.status) }

// get fetches one file of at most limit bytes.
func (r *remote) get(path string, limit int64) ([]byte, error) {
	r.http.Timeout = 30 * time.Second
	answer, err := r.http.Get(strings.TrimSuffix(r.base, "/") + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &statusError{path, answer.StatusCode}
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: more than %d bytes", path, limit)
	}
	return data, nil
}
