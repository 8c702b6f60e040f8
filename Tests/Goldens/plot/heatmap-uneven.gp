set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 0 -0.5 0.5 -0.5 0.5 0
1 0 0.5 2 -0.5 0.5 1
3 0 2 4 -0.5 0.5 4
0 1 -0.5 0.5 0.5 1.5 -1
1 1 0.5 2 0.5 1.5 0
3 1 2 4 0.5 1.5 3
0 2 -0.5 0.5 1.5 2.5 -4
1 2 0.5 2 1.5 2.5 -3
3 2 2 4 1.5 2.5 0
EOD
set minussign
set style fill solid 1 noborder
set border 0 lw 1 lc rgb "#010204"
set tics nomirror out scale 0,0 textcolor rgb "#010203"
set xrange [-0.5:4]
set format x "%h"
set yrange [-0.5:2.5]
set format y "%h"
unset key
set palette defined (0 "#1c4e88", 0.125 "#3b7fc4", 0.25 "#8db6de", 0.375 "#c9dcee", 0.5 "#f4f4f2", 0.625 "#f5d5c2", 0.75 "#e9a27e", 0.875 "#d0612c", 1 "#8f3a12")
set cbrange [-4:4]
set colorbox noborder
set cbtics scale 0 textcolor rgb "#010203" format "%h"
set cblabel "V in mV" noenhanced textcolor rgb "#010203"
plot $data1 using 1:2:3:4:5:6:7 with boxxyerror fs solid noborder lc palette notitle
