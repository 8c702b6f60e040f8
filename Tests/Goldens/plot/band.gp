set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
1 0 1
2 0 3
3 0 2
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [0.94:3.06]
set format x "%h"
set yrange [-0.09:3.09]
set format y "%h"
set key at graph 0, graph 1.02 left bottom horizontal Left reverse noenhanced nobox samplen 1.6 spacing 1.15 width 1 textcolor rgb "#010203"
set tmargin 2.2
plot $data1 using 1:2:3 with filledcurves fs transparent solid 0.25 noborder lc rgb "#3b7fc4" title "95 \045"
