package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// loaded is the effective configuration and where each value came from.
type loaded struct {
	Settings
	source map[string]string // by name: default, flag --listen, SLIPWAY_LISTEN, data/config.yml:3
}

// envName is the variable of a setting: SLIPWAY_WEBHOOK_ALLOW for webhook-allow.
func envName(name string) string {
	return "SLIPWAY_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// addFlags gives a command the flags of the settings named, or of all of them.
func addFlags(c *cobra.Command, names ...string) {
	flags := c.Flags()
	for _, row := range settings {
		if len(names) > 0 && !contains(names, row.name) {
			continue
		}
		usage := row.usage + " [" + envName(row.name) + "]"
		if row.field.on {
			on := onOff(row.preset)
			flags.VarPF(&on, row.name, "", usage).NoOptDefVal = "true"
			continue
		}
		flags.String(row.name, row.preset, usage)
	}
	flags.String("config", "", "YAML file of settings (default DATA/config.yml, if there is one) [SLIPWAY_CONFIG]")
}

// onOff is the flag of a switch: shown as one, and kept as text, so that its sentence is that of every other setting.
type onOff string

func (o *onOff) String() string         { return string(*o) }
func (o *onOff) Set(value string) error { *o = onOff(value); return nil }
func (o *onOff) Type() string           { return "bool" }

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// load weighs flag over environment over file, and checks the result. What it refuses is a usage error whose sentence
// names the flag, the variable or the line at fault.
func load(c *cobra.Command, getenv func(string) string) (loaded, error) {
	said := func(name string) (value, source string) {
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			return f.Value.String(), "--" + name
		}
		if v := getenv(envName(name)); v != "" {
			return v, envName(name)
		}
		return "", ""
	}

	data, _ := said("data")
	file, err := readConfig(said, data)
	if err != nil {
		return loaded{}, err
	}

	l := loaded{source: map[string]string{}}
	for _, row := range settings {
		value, source := said(row.name)
		if source == "" {
			value, source = file[row.name].value, file[row.name].at
		}
		if source == "" || value == "" {
			l.source[row.name] = "default"
			continue
		}
		l.source[row.name] = source
		if err := row.field.set(&l.Settings, value); err != nil {
			return loaded{}, usagef("%s: %w", source, err)
		}
	}
	l.Settings = l.filled()
	l.agree()
	return l, l.check()
}

// agree has a default give way to what was said: one of the two waits may be set without the other.
func (l *loaded) agree() {
	if l.WebhookRetryMin > l.WebhookRetryMax {
		switch {
		case l.source["webhook-retry-min"] == "default":
			l.WebhookRetryMin = l.WebhookRetryMax
		case l.source["webhook-retry-max"] == "default":
			l.WebhookRetryMax = l.WebhookRetryMin
		}
	}
}

// A line is one value of the configuration file.
type line struct{ value, at string }

// readConfig reads --config, or DATA/config.yml where that exists.
func readConfig(said func(string) (string, string), data string) (map[string]line, error) {
	path, source := said("config")
	named := path != ""
	if !named {
		if data == "" {
			data = "./data"
		}
		path = filepath.Join(data, "config.yml")
	}
	body, err := os.ReadFile(path)
	switch {
	case err != nil && named:
		return nil, usagef("%s: %s cannot be read: %s", source, path, reason(err))
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		// A data folder that is a file, or that nobody may read, is reported where it is opened, with a better sentence.
		return nil, nil //nolint:nilerr // see above
	}
	return parseConfig(path, body)
}

func parseConfig(path string, body []byte) (map[string]line, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(body, &doc); err != nil {
		return nil, usagef("%s is not YAML: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, usagef("%s is not a list of settings such as `listen: 127.0.0.1:8480`", path)
	}
	lines := map[string]line{}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		at := fmt.Sprintf("%s:%d", path, key.Line)
		if !known(key.Value) {
			return nil, usagef("%s: %q is not a setting; `slipway config` lists them", at, key.Value)
		}
		if _, twice := lines[key.Value]; twice {
			return nil, usagef("%s: %s stands twice", at, key.Value)
		}
		text, ok := scalar(value)
		if !ok {
			return nil, usagef("%s: %s takes a value or a list of values", at, key.Value)
		}
		lines[key.Value] = line{text, at}
	}
	return lines, nil
}

// scalar is the text of a value, or of a list of them joined by commas.
func scalar(n *yaml.Node) (string, bool) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", true
		}
		return n.Value, true
	case yaml.SequenceNode:
		var items []string
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return "", false
			}
			items = append(items, item.Value)
		}
		return strings.Join(items, ","), true
	}
	return "", false
}

func known(name string) bool {
	for _, row := range settings {
		if row.name == name {
			return true
		}
	}
	return false
}

// reason is the last part of an error of the file system: "permission denied", without the path that was just said.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	var s *os.SyscallError
	if errors.As(err, &s) {
		return s.Err.Error()
	}
	return err.Error()
}
