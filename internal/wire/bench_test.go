package wire

import "testing"

// BenchmarkDeployment renders the answer of the hot path.
func BenchmarkDeployment(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		FromDeployment(release, web, testURLs, Today)
	}
}

// BenchmarkDeploymentEvent renders the body of its webhook.
func BenchmarkDeploymentEvent(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DeploymentEvent(frame, release); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeDeployment reads the request of the hot path.
func BenchmarkDecodeDeployment(b *testing.B) {
	body := []byte(`{"ref":"topic","auto_merge":false,"required_contexts":[],"environment":"production","payload":{"a":1,"b":[true,null]},"description":"Ship it"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeDeployment(body, Today); err != nil {
			b.Fatal(err)
		}
	}
}
