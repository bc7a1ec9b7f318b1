package describe

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

var expression = regexp.MustCompile(`\{[+#./;?&]?[A-Za-z0-9_.]+[*]?(,[A-Za-z0-9_.]+[*]?)*\}`)

// uriTemplate is RFC 6570's form, as far as addresses of APIs use it. The library's own check refuses every operator.
func uriTemplate(v any) error {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	plain := expression.ReplaceAllString(s, "x")
	if strings.ContainsAny(plain, "{} ") {
		return errors.New("not an expression between braces")
	}
	_, err := url.Parse(plain)
	return err
}
