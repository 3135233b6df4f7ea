package main

import (
	"slices"
	"strconv"
	"strings"
)

// crowd is the scaling of operations with the number of one kind of thing that they have nothing to do with.
type crowd struct {
	name       string
	sizes      []int
	operations []string
	values     map[string]map[int]uint64 // by operation and size
}

// value is the figure of an operation at the i-th size.
func (c *crowd) value(operation string, i int) uint64 { return c.values[operation][c.sizes[i]] }

// crowds gathers the rows scale/CROWD/SIZE/OPERATION, in their order.
func (r *results) crowds() (list []*crowd) {
	for _, row := range r.Rows {
		f := strings.Split(row.Name, "/")
		if len(f) != 4 || f[0] != "scale" {
			continue
		}
		size, err := strconv.Atoi(f[2])
		if err != nil {
			continue
		}
		i := slices.IndexFunc(list, func(c *crowd) bool { return c.name == f[1] })
		if i < 0 {
			list = append(list, &crowd{name: f[1], values: map[string]map[int]uint64{}})
			i = len(list) - 1
		}
		c := list[i]
		if !slices.Contains(c.sizes, size) {
			c.sizes = append(c.sizes, size)
		}
		if c.values[f[3]] == nil {
			c.values[f[3]] = map[int]uint64{}
			c.operations = append(c.operations, f[3])
		}
		c.values[f[3]][size] = row.Value
	}
	return list
}
