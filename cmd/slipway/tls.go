package main

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is a pair of files. They are read again when they have changed, because certificates are renewed more often
// than servers are restarted; a pair that cannot be used leaves the last good one in place.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	stamp  time.Time // of the files that pair was made of
	looked time.Time
}

// lookAgain is how soon after a renewal the new pair is used.
const lookAgain = 10 * time.Second

func loadCertificate(cert, key string, log *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, log: log}
	c.stamp = c.newest()
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		why := reason(err)
		var missing *fs.PathError
		if errors.As(err, &missing) {
			why = missing.Path + ": " + why
		}
		return nil, usagef("tls-cert and tls-key cannot be used: %s", why)
	}
	c.pair = &pair
	return c, nil
}

// config offers HTTP/1.1 only: pushes of more than a megabyte over HTTP/2 hang now and then with the libcurl that many
// distributions ship (7.88), in front of any Go server. Whoever wants HTTP/2 for the API puts a proxy in front.
func (c *certificate) config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookAgain {
		return c.pair, nil
	}
	c.looked = time.Now()
	newest := c.newest()
	if newest.Equal(c.stamp) {
		return c.pair, nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		c.log.Error("the new certificate cannot be used; the old one stays", "error", reason(err))
		return c.pair, nil
	}
	c.pair, c.stamp = &pair, newest
	c.log.Info("the certificate was renewed")
	return c.pair, nil
}

// newest is when either of the files was last written.
func (c *certificate) newest() (t time.Time) {
	for _, path := range []string{c.cert, c.key} {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(t) {
			t = info.ModTime()
		}
	}
	return t
}
