package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// canonicalise gives the RFC 8785 bytes of JSON as entries allow it: integers within ±(2^53−1), no floats, no key twice. RFC 8785
// sorts keys by UTF-16 code units and escapes only what JSON forces it to.
func canonicalise(data []byte) ([]byte, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	reader := json.NewDecoder(bytes.NewReader(data))
	reader.UseNumber()
	var out bytes.Buffer
	if err := writeValue(reader, &out); err != nil {
		return nil, err
	}
	if _, err := reader.Token(); err != io.EOF {
		return nil, errors.New("something after the entry")
	}
	return out.Bytes(), nil
}

var integer = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)

func writeValue(reader *json.Decoder, out *bytes.Buffer) error {
	token, err := reader.Token()
	if err != nil {
		return err
	}
	switch value := token.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(value))
	case string:
		writeString(value, out)
	case json.Number:
		n, err := strconv.ParseInt(value.String(), 10, 64)
		if err != nil || !integer.MatchString(value.String()) || n > 1<<53-1 || n < -(1<<53-1) {
			return fmt.Errorf("not an integer that entries allow: %s", value)
		}
		out.WriteString(value.String())
	case json.Delim:
		if value == '[' {
			return writeList(reader, out)
		}
		return writeObject(reader, out)
	}
	return nil
}

func writeList(reader *json.Decoder, out *bytes.Buffer) error {
	out.WriteByte('[')
	for first := true; reader.More(); first = false {
		if !first {
			out.WriteByte(',')
		}
		if err := writeValue(reader, out); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	_, err := reader.Token()
	return err
}

type member struct {
	units []uint16
	text  []byte
}

func writeObject(reader *json.Decoder, out *bytes.Buffer) error {
	var members []member
	seen := map[string]bool{}
	for reader.More() {
		token, err := reader.Token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok || seen[key] {
			return fmt.Errorf("the key %v twice", token)
		}
		seen[key] = true
		var text bytes.Buffer
		writeString(key, &text)
		text.WriteByte(':')
		if err := writeValue(reader, &text); err != nil {
			return err
		}
		members = append(members, member{utf16.Encode([]rune(key)), text.Bytes()})
	}
	slices.SortFunc(members, func(a, b member) int { return slices.Compare(a.units, b.units) })
	out.WriteByte('{')
	for i, one := range members {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(one.text)
	}
	out.WriteByte('}')
	_, err := reader.Token()
	return err
}

func writeString(text string, out *bytes.Buffer) {
	out.WriteByte('"')
	for _, r := range text {
		switch r {
		case '"', '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case '\b':
			out.WriteString(`\b`)
		case '\t':
			out.WriteString(`\t`)
		case '\n':
			out.WriteString(`\n`)
		case '\f':
			out.WriteString(`\f`)
		case '\r':
			out.WriteString(`\r`)
		default:
			if r < 0x20 {
				fmt.Fprintf(out, `\u%04x`, r)
			} else {
				out.WriteRune(r)
			}
		}
	}
	out.WriteByte('"')
}
