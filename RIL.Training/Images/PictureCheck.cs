namespace RIL.Training.Images;

/// <summary>Whether a picture is one that training can use, before any training begins.</summary>
public static class PictureCheck
{
    /// <summary>
    /// Decodes the picture as training does and gives its size; throws <see cref="InputException"/> where training would.
    /// </summary>
    public static (int Width, int Height) Decode(byte[] encoded, string name)
    {
        RgbImage image = PictureDecoder.Decode(encoded, name);
        return (image.Width, image.Height);
    }
}
