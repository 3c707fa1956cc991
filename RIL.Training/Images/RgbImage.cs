namespace RIL.Training.Images;

/// <summary>A decoded picture: four bytes a pixel (red, green, blue, one that carries nothing), row by row from the top left.</summary>
internal sealed record RgbImage(byte[] Pixels, int Width, int Height)
{
    public const int Channels = 4; // the fourth makes a pixel one vector load
}
