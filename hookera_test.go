package slipway_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func TestPayloadEras(t *testing.T) {
	for text, want := range map[string]slipway.Era{
		"E0": slipway.E0, "e6": slipway.E6, "E11": slipway.E11,
		"2013-12": slipway.E0, "2014-01-08": slipway.E0, "2014-01": slipway.E1, "2014-02": slipway.E1, "2014-03-03": slipway.E2,
		"2014-05-18": slipway.E2, "2014-05-19": slipway.E3, "2014-05": slipway.E3, "2014-08": slipway.E5, "2014-10-21": slipway.E5,
		"2014-10": slipway.E6, "2014-10-22": slipway.E6, "2014-11-04": slipway.E6, "2014-11-05": slipway.E7, "2014-11": slipway.E7,
		"2015-06": slipway.E7, "2019-01-01": slipway.E9, "2024-02-29": slipway.E11, "2099-01": slipway.E11,
	} {
		if got, ok := slipway.ParsePayloadEra(text); got != want || !ok {
			t.Errorf("%s is %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "E12", "E", "today", "2013-12-03", "2013-11", "2014", "2014-13", "2014-02-30", "2014-1", "2014-10-22T00:00:00Z"} {
		if got, ok := slipway.ParsePayloadEra(text); ok || got != slipway.E11 {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
}

func TestHooksNameTheirPayloadEra(t *testing.T) {
	config := func(era string) slipway.HookRequest {
		return slipway.HookRequest{Config: map[string]string{"url": "https://example.com/", "payload_era": era}}
	}
	if _, err := slipway.NewHook(1).Apply(config("2014-10-22")); err != nil {
		t.Error(err)
	}
	h, err := slipway.NewHook(1).Apply(config("2014-99"))
	if slipway.KindOf(err) != slipway.Invalid || !strings.Contains(err.Error(), "Validation Failed") {
		t.Errorf("a hook with payload_era 2014-99: %v, %v", h, err)
	}
	var refused *slipway.Error
	if !errors.As(err, &refused) || len(refused.Details) != 1 {
		t.Fatal(err)
	}
	want := slipway.Detail{
		Resource: "Hook", Field: "payload_era", Code: "custom",
		Message: "payload_era must be one of E0 to E11, or a day or month such as 2014-10-22 or 2014-02",
	}
	if diff := cmp.Diff(want, refused.Details[0]); diff != "" {
		t.Error(diff)
	}
}
