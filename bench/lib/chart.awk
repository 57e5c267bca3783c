# A bar chart as SVG, from the table: give it `title`, and `rows`, a regular expression. Prints nothing when no row matches.
BEGIN { FS = "\t" }
/^#/ { next }
NR == 1 { for (i = 2; i < NF; i += 2) name[++names] = $i; next }
$1 ~ rows {
    label[++n] = $1
    for (i = 1; i <= names; i++) {
        v[n, i] = $(2 * i)
        if (v[n, i] + 0 > most) most = v[n, i] + 0
    }
}
END {
    if (!n) exit
    split("#1f6f50 #9aa5b1 #7b8794 #cbd2d9 #52606d", color, " ")
    high = 40 + n * (names * 16 + 22)
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", high
    printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/><text x=\"10\" y=\"20\" font-size=\"15\">%s</text>\n", title
    y = 40
    for (r = 1; r <= n; r++) {
        printf "<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>\n", y + 8, label[r]
        y += 14
        for (i = 1; i <= names; i++) {
            w = most > 0 ? v[r, i] / most * 480 : 0
            printf "<text x=\"20\" y=\"%d\">%s</text><rect x=\"170\" y=\"%d\" width=\"%.1f\" height=\"12\" fill=\"%s\"/>", y + 10, name[i], y, w, color[(i - 1) % 5 + 1]
            printf "<text x=\"%.1f\" y=\"%d\">%s</text>\n", 176 + w, y + 10, v[r, i]
            y += 16
        }
        y += 8
    }
    print "</svg>"
}
