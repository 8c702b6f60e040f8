set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 1
1 2
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [-0.03:1.03]
set format x "%h"
set yrange [0.97:2.03]
set format y "%h"
unset key
set border 15
plot $data1 using 1:2 with lines lw 2 dt solid lc rgb "#3b7fc4" notitle
