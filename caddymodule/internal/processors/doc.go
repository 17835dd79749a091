// Package processors tells whether this machine is short of processors just now: whether
// tasks wait for one. It asks the kernel, since a process sees only its own tasks, and the
// gateway or a database may run beside the bridge.
package processors
