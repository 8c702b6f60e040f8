set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 0 0
1 0 1
2 0 4

0 1 -1
1 1 0
2 1 3

0 2 -4
1 2 -3
2 2 0
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [0:2]
set format x "%h"
set yrange [0:2]
set format y "%h"
unset key
set palette defined (0 "#440154", 0.1111 "#482878", 0.2222 "#3e4989", 0.3333 "#31688e", 0.4444 "#26828e", 0.5556 "#1f9e89", 0.6667 "#35b779", 0.7778 "#6ece58", 0.8889 "#b5de2b", 1 "#fde725")
set cbrange [-4:4]
set colorbox noborder
set cbtics scale 0 textcolor rgb "#010203" format "%h"
set cblabel "height" noenhanced textcolor rgb "#010203"
set contour base
unset surface
set cntrparam levels discrete -2,0,2
set table $table0_1
splot $data1 using 1:2:3 with lines notitle
unset table
unset contour
set surface
plot $table0_1 using 1:2:3 with lines lw 1.5 dt solid lc palette notitle
