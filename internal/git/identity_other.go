//go:build !linux

package git

import "os"

// identity tells a file from others that had its name, its size and its time. Here only the time does.
func identity(os.FileInfo) [3]int64 { return [3]int64{} }
