// Reads a whole transparency log as C2SP tlog-tiles says, with the verifier key alone, by the
// client library of Go's checksum database (golang.org/x/mod/sumdb), which knows nothing of us.
//
//	log_client URL VKEY [OLD_CHECKPOINT...]
//
// It ends with 0 only if the checkpoint is signed by the key, every tile hashes up to its root, every
// entry is the one that its leaf says, proofs of inclusion and of consistency with each old checkpoint
// hold, and full tiles may be kept for ever. The new checkpoint goes to standard output.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type reader struct {
	url   string
	kept  map[string][]byte
	full  int
	part  int
	level map[int]int
}

func die(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func (r *reader) get(path string) ([]byte, http.Header, error) {
	answer, err := http.Get(r.url + "/log/" + path)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", path, answer.Status)
	}
	return data, answer.Header, err
}

// tile fetches a tile or a bundle; width is that of a partial one or 1<<height.
func (r *reader) tile(path string, width int) ([]byte, error) {
	if data, ok := r.kept[path]; ok {
		return data, nil
	}
	data, header, err := r.get(path)
	if err != nil {
		return nil, err
	}
	if width == 1<<height {
		r.full++
		if !strings.Contains(header.Get("Cache-Control"), "immutable") {
			return nil, fmt.Errorf("%s: Cache-Control is %q", path, header.Get("Cache-Control"))
		}
	} else {
		r.part++
	}
	if header.Get("Content-Type") != "application/octet-stream" {
		return nil, fmt.Errorf("%s: Content-Type is %q", path, header.Get("Content-Type"))
	}
	r.kept[path] = data
	return data, nil
}

func (r *reader) Height() int { return height }

func (r *reader) SaveTiles([]tlog.Tile, [][]byte) {}

// The library's own paths have the height in them, those of C2SP have not.
func (r *reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		path := strings.Replace(t.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := r.tile(path, t.W)
		if err != nil {
			return nil, err
		}
		r.level[t.L]++
		all = append(all, data)
	}
	return all, nil
}

// open checks the signature of a checkpoint and reads its first three lines.
func open(text []byte, verifier note.Verifier) tlog.Tree {
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		die("checkpoint: %v", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		die("checkpoint of another log: %q", n.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		die("checkpoint: %v", err)
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		die("checkpoint: root %q", lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

// entries reads every bundle and compares each entry with the leaf that the verified tiles hold.
func entries(r *reader, tree tlog.Tree, hashes tlog.HashReader) {
	for first := int64(0); first < tree.N; first += 1 << height {
		width := 1 << height
		if tree.N-first < int64(width) {
			width = int(tree.N - first)
		}
		t := tlog.Tile{H: height, L: 0, N: first >> height, W: width}
		path := strings.Replace(t.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
		data, err := r.tile(path, width)
		if err != nil {
			die("%v", err)
		}
		var indexes []int64
		var found []tlog.Hash
		for i := 0; i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				die("%s: cut short", path)
			}
			size := int(binary.BigEndian.Uint16(data))
			found = append(found, tlog.RecordHash(data[2:2+size]))
			indexes = append(indexes, tlog.StoredHashIndex(0, first+int64(i)))
			data = data[2+size:]
		}
		if len(data) != 0 {
			die("%s: %d bytes too many", path, len(data))
		}
		leaves, err := hashes.ReadHashes(indexes)
		if err != nil {
			die("%v", err)
		}
		for i, leaf := range leaves {
			if leaf != found[i] {
				die("entry %d is not the one of its leaf", first+int64(i))
			}
		}
	}
}

func proofs(tree tlog.Tree, hashes tlog.HashReader) int {
	step, count := tree.N/1000+1, 0
	for n := int64(0); n < tree.N; n += step {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			die("%v", err)
		}
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		if err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaf[0])
		}
		if err != nil {
			die("inclusion of %d: %v", n, err)
		}
		count++
	}
	return count
}

func main() {
	if len(os.Args) < 3 {
		die("log_client URL VKEY [OLD_CHECKPOINT...]")
	}
	verifier, err := note.NewVerifier(os.Args[2])
	if err != nil {
		die("key: %v", err)
	}
	r := &reader{url: os.Args[1], kept: map[string][]byte{}, level: map[int]int{}}
	text, _, err := r.get("checkpoint")
	if err != nil {
		die("%v", err)
	}
	tree := open(text, verifier)
	hashes := tlog.TileHashReader(tree, r)
	entries(r, tree, hashes)
	included := proofs(tree, hashes)
	for _, path := range os.Args[3:] {
		old, err := os.ReadFile(path)
		if err != nil {
			die("%v", err)
		}
		before := open(old, verifier)
		proof, err := tlog.ProveTree(tree.N, before.N, hashes)
		if err == nil {
			err = tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash)
		}
		if err != nil {
			die("consistency of %d with %d: %v", tree.N, before.N, err)
		}
	}
	fmt.Fprintf(os.Stderr, "%d entries, %d full and %d partial tiles and bundles, levels %d, %d proofs of inclusion, %d of consistency\n",
		tree.N, r.full, r.part, len(r.level), included, len(os.Args)-3)
	os.Stdout.Write(text)
}
