set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 0 0.5 0
1 0 0 0.5
0 1 0 0.5
1 1 -0.5 0
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [-0.03:1.03]
set format x "%h"
set yrange [-0.045:1.545]
set format y "%h"
unset key
plot $data1 using 1:2:3:4 with vectors head filled size screen 0.012,18,60 fixed lw 1.5 lc rgb "#3b7fc4" notitle
