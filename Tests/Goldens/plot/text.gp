set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [0.9:1.1]
set format x "%h"
set yrange [1.8:2.2]
set format y "%h"
unset key
set label "here" at 1,2 left noenhanced front font ",16.5" textcolor rgb "#1d9a74"
plot NaN notitle
