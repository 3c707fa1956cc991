# Makes the pictures beside it and what Pillow reads from them: python make.py FOLDER (Pillow 12.3).
import hashlib, io, json, os, sys
from PIL import Image, ImageOps

out = sys.argv[1]
W, H = 13, 7


def pattern(mode):
    image = Image.new(mode, (W, H))
    bands = len(image.getbands())
    for y in range(H):
        for x in range(W):
            value = ((x * 20) % 256, (y * 36) % 256, (x * y * 5) % 256, (x * 37 + y * 11) % 256 if x % 3 else 0)[:bands]
            if mode == "LA": value = ((x * 20) % 256, (y * 50) % 256 if x % 2 else 0)
            image.putpixel((x, y), value if bands > 1 else value[0])
    return image


def save(name, image, **options):
    image.save(os.path.join(out, name), **options)


rgb, rgba, la, grey = pattern("RGB"), pattern("RGBA"), pattern("LA"), pattern("L")
palette = rgb.quantize(12)
save("transparent.gif", palette, transparency=3)
save("transparent-0.gif", palette, transparency=0)
save("interlaced.gif", palette, transparency=5, interlace=1)
save("grey.gif", grey)
save("two-colours.gif", rgb.quantize(2), transparency=1)
save("many-codes.gif", Image.effect_noise((90, 80), 90).convert("RGB").quantize(200), transparency=7)
save("animated.gif", palette, save_all=True, append_images=[rgb.transpose(0).quantize(9)], transparency=2, duration=50)
save("from-rgba.gif", rgba)
# A first picture smaller than its screen: the rest is transparency, or the first colour.
gif = bytearray(open(os.path.join(out, "transparent.gif"), "rb").read())
gif[6:10] = (W + 4).to_bytes(2, "little") + (H + 3).to_bytes(2, "little")
open(os.path.join(out, "small-frame.gif"), "wb").write(gif)
save("opaque.gif", palette)
gif = bytearray(open(os.path.join(out, "opaque.gif"), "rb").read())
gif[6:10] = (W + 4).to_bytes(2, "little") + (H + 3).to_bytes(2, "little")
open(os.path.join(out, "small-frame-opaque.gif"), "wb").write(gif)

save("rgba.png", rgba); save("la.png", la); save("grey.png", grey); save("palette.png", palette)
save("palette-trns.png", palette, transparency=bytes([0, 128, 255, 0, 7]))
save("rgb-trns.png", rgb, transparency=(0, 0, 0)); save("grey-trns.png", grey, transparency=20)
save("bits-1.png", rgb.quantize(2), bits=1); save("bits-4.png", palette, bits=4, transparency=2)
save("animated.png", rgba, save_all=True, append_images=[rgba.transpose(0)])
save("rgba-lossless.webp", rgba, lossless=True); save("rgba-exact.webp", rgba, lossless=True, exact=True)
save("rgba-lossy.webp", rgba, quality=80); save("rgb-lossy.webp", rgb, quality=80)
save("animated.webp", rgba, save_all=True, append_images=[rgba.transpose(0)], lossless=True, exact=True)
save("rgba.bmp", rgba); save("palette.bmp", palette)

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description %s/></x:xmpmeta>'
exif, none = Image.Exif(), Image.Exif()
exif[0x0112], none[0x010F] = 6, "maker"
from PIL.PngImagePlugin import PngInfo
for form, xmp in [("attribute", XMP % b'tiff:Orientation="8"'), ("element", XMP.replace(b"%s/", b"%s>") % b"" + b"<tiff:Orientation>3</tiff:Orientation>")]:
    save(f"xmp-{form}.jpg", rgb, quality=95, xmp=xmp); save(f"xmp-{form}.webp", rgb, lossless=True, xmp=xmp)
    save(f"xmp-and-exif-{form}.jpg", rgb, quality=95, xmp=xmp, exif=exif); save(f"xmp-beside-exif-{form}.webp", rgb, lossless=True, xmp=xmp, exif=none)
    for zipped in (False, True):
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=zipped)
        save(f"xmp-{form}-{zipped}.png", rgb, pnginfo=info)

expected = {}
for name in sorted(os.listdir(out)):
    if name.endswith((".py", ".json")): continue
    image = ImageOps.exif_transpose(Image.open(os.path.join(out, name))).convert("RGB")
    expected[name] = dict(width=image.width, height=image.height, sha256=hashlib.sha256(image.tobytes()).hexdigest())
json.dump(expected, open(os.path.join(out, "expected.json"), "w"), indent=1)
print(len(expected))
