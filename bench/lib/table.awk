# From lines of name, row, value to a table with the median and the spread of each, and the ratio of Warren to the best
# of the others. Fields are separated by tabs.
!($2 in seen) { seen[$2] = 1; row[++rows] = $2 }
!($1 in column) { column[$1] = ++columns; title[columns] = $1 }
{ n = ++count[$1, $2]; value[$1, $2, n] = $3 + 0 }

# Of these less is better.
function frugal(what) { return what ~ /ping|CPU|RSS|start|one set|lost|cookies/ }

function sorted(name, what, v,    n, i, j, t) {
    n = count[name, what]
    for (i = 1; i <= n; i++) v[i] = value[name, what, i]
    for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] < v[j - 1]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
    return n
}

END {
    printf "measurement"
    for (c = 1; c <= columns; c++) printf "\t%s\tspread", title[c]
    print "\twarren to best"
    for (r = 1; r <= rows; r++) {
        printf "%s", row[r]
        best = own = ""
        for (c = 1; c <= columns; c++) {
            n = sorted(title[c], row[r], v)
            if (!n) { printf "\t-\t-"; continue }
            m = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
            printf "\t%s\t%s-%s", m, v[1], v[n]
            if (title[c] == "warren") own = m
            else if (best == "" || (frugal(row[r]) ? m < best : m > best)) best = m
        }
        printf "\t%s\n", (own != "" && best > 0 ? sprintf("%.2f", own / best) : "-") # > outside of () would be a file
    }
}
